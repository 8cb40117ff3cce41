import AgentClient
import AgentServer
import Synchronization
import Testing
import Wire

@testable import Backends

/// Who is connected to a job, asked of runners that push and of dstack's own.
@Suite(.timeLimit(.minutes(1))) struct PolledActivityTests {
    private static func with(_ router: Router, _ body: (AgentAddress) async throws -> Void) async throws {
        let server = AgentServer(router: router)
        let listening = try await server.listen(on: .tcp(host: "127.0.0.1", port: 0))
        let serving = Task { try await server.serve(listening) }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(.tcp(ip: "127.0.0.1", port: listening.port ?? 0)))
        } catch {
            result = .failure(error)
        }
        serving.cancel()
        _ = await serving.result
        try await server.shutDown()
        try result.get()
    }

    private static let page =
        #"{"job_states":[],"job_logs":[],"runner_logs":[],"last_updated":3,"no_connections_secs":7,"has_more":true}"#

    /// One that leaves once it was asked after its job's end: who asks for something else would have the end.
    @Test func aRunnerThatIsPolled_isAskedByItsStreamAlone() async throws {
        let asked = Mutex<[String]>([])
        var router = Router()
        router.on(.GET, "/api/pull") { request in
            asked.withLock { $0.append(request.query["timestamp"] ?? "") }
            return .text(Self.page)
        }
        try await Self.with(router) { address in
            let activity = PolledActivity()
            let follower = NIORunnerClient(address: address, activity: activity)
            let sampler = NIORunnerClient(address: address, activity: activity)
            defer {
                follower.release()
                sampler.release()
            }
            #expect(try await sampler.secondsUnconnected() == nil)
            #expect(asked.withLock { $0 } == [])
            let stream = try await follower.stream(from: RunnerCursor())
            #expect(try await stream.next() == .heartbeat)
            #expect(try #require(try await sampler.secondsUnconnected()) >= 7)
            #expect(asked.withLock { $0 } == ["0"])
            await stream.close()
            #expect(!activity.isPolled(address))
        }
    }

    @Test func aRunnerThatPushes_isAsked() async throws {
        var router = Router()
        router.on(.GET, "/api/tunnel") { _ in throw HTTPFailure(.badRequest, "port: give the number of a port") }
        router.on(.GET, "/api/pull") { _ in .text(Self.page) }
        try await Self.with(router) { address in
            let client = NIORunnerClient(address: address)
            defer { client.release() }
            let seconds = try await client.secondsUnconnected()
            #expect(seconds == 7)
        }
    }

    @Test func whetherARunnerHasLeft_itsMachineTells() async throws {
        try await Self.with(Router()) { address in
            let client = NIORunnerClient(address: address)
            defer { client.release() }
            #expect(await !client.hasLeft())
        }
        // Of a low number: the port of a server that has ended may be open still in a program that another test started.
        let client = NIORunnerClient(address: .tcp(ip: "127.0.0.1", port: 1))
        defer { client.release() }
        #expect(await client.hasLeft())
    }

    @Test func whatWasTold_growsOlder() {
        let (activity, start) = (PolledActivity(), ContinuousClock.now)
        let (address, reader) = (AgentAddress.unix(path: "/r"), AnyReader())
        activity.heard(5, of: address, by: reader, at: start)
        #expect(activity.secondsUnconnected(address, at: start + .seconds(3)) == 8)
        activity.heard(0, of: address, by: reader, at: start)
        #expect(activity.secondsUnconnected(address, at: start + .seconds(3)) == 0)
        activity.heard(nil, of: address, by: reader, at: start)
        #expect(activity.secondsUnconnected(address, at: start) == nil)
        activity.left(address, by: AnyReader())
        #expect(activity.isPolled(address))
        activity.left(address, by: reader)
        #expect(!activity.isPolled(address))
    }

    private final class AnyReader {}
}
