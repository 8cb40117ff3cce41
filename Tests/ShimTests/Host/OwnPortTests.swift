import AgentClient
import AgentServer
import Testing

@testable import Shim

/// What `dstack-shim --end-tasks` makes of what answers on the shim's port.
@Suite(.timeLimit(.minutes(1))) struct OwnPortTests {
    private static func left(_ router: Router, answerTime: Duration = .seconds(30)) async throws -> Int? {
        let server = AgentServer(router: router)
        let listening = try await server.listen(on: .tcp(host: "127.0.0.1", port: 0))
        let address = AgentAddress.tcp(ip: "127.0.0.1", port: listening.port ?? 0)
        let serving = Task { try await server.serve(listening) }
        let port = OwnPort(address: address, build: nil, answerTime: answerTime)
        let left = try await port.endTasks(within: .milliseconds(50))
        serving.cancel()
        _ = await serving.result
        try await server.shutDown()
        return left
    }

    @Test func whereNobodyListens_thereIsNoShim() async throws {
        // Of a low number: the port of a server that has ended may be open still in a program that another test started.
        let address = AgentAddress.tcp(ip: "127.0.0.1", port: 1)
        #expect(try await OwnPort(address: address, build: nil).endTasks(within: .seconds(5)) == nil)
        #expect(try await Self.left(Router()) == nil)
    }

    /// Its tasks may run: whoever removes it has to be told.
    @Test func aShimThatIsSlow_orDoesNotTell_isNoneThatIsAway() async throws {
        var slow = Router()
        slow.on(.GET, "/api/tasks") { _ in
            try await Task.sleep(for: .seconds(30))
            return .text("{}")
        }
        #expect(try await Self.left(slow, answerTime: .milliseconds(300)) == 1)
        var broken = Router()
        broken.on(.GET, "/api/tasks") { _ in .text("no memory", status: .internalServerError) }
        #expect(try await Self.left(broken) == 1)
        var foreign = Router()
        foreign.on(.GET, "/api/tasks") { _ in .text("<html>") }
        #expect(try await Self.left(foreign) == 1)
        var empty = Router()
        empty.on(.GET, "/api/tasks") { _ in .text(#"{"tasks":[]}"#) }
        #expect(try await Self.left(empty) == 0)
    }
}
