import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import AgentClient

/// Tunnels to a peer on a real socket.
@Suite(.timeLimit(.minutes(1)))
struct AgentTunnelTests {
    static let yes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: yes\r\n\r\n"

    static func open(_ step: ScriptedAgent.Step, within time: Duration = .seconds(50)) async throws -> AgentTunnel {
        let agent = try await ScriptedAgent.start([step])
        let result: Result<AgentTunnel, any Error>
        do {
            result = .success(
                try await AgentTunnel.open(
                    "/t?port=1", key: "k", at: agent.address, on: MultiThreadedEventLoopGroup.singleton.next(),
                    within: time))
        } catch {
            result = .failure(error)
        }
        try await agent.stop()
        return try result.get()
    }

    @Test func aRefusal_isToldInTheAgentsWords() async throws {
        let no = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 8\r\n\r\nnobody\r\n"
        await #expect(throws: AgentTunnel.Refusal(status: 502, message: "nobody")) { try await Self.open(.answer(no)) }
    }

    @Test(arguments: [
        (ScriptedAgent.Step.hangUp, AgentHTTPError.Code.connectionClosed),
        (.answer("what?\r\n\r\n"), .malformedResponse),
        (.ignore, .deadlineExceeded),
    ]) func whatIsNoAnswer_isNamed(step: ScriptedAgent.Step, code: AgentHTTPError.Code) async throws {
        let error = await #expect(throws: AgentHTTPError.self) {
            try await Self.open(step, within: code == .deadlineExceeded ? .milliseconds(50) : .seconds(50))
        }
        #expect(error?.code == code)
    }

    @Test func nobodyListens() async throws {
        let error = await #expect(throws: AgentHTTPError.self) {
            try await AgentTunnel.open(
                "/t", key: "k", at: .tcp(ip: "127.0.0.1", port: 1), on: MultiThreadedEventLoopGroup.singleton.next(),
                within: .seconds(50))
        }
        #expect(error?.code == .connectFailed)
    }

    /// What came with the agent's answer waits for the other side's first flush; its end ends the other side.
    @Test func aTunnel_isCarried_fromTheFlushOn() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let agent = try await ScriptedAgent.start([.answerAndClose(Self.yes + "early")])
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let near = try await ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .withConnectedSocket(ends[0]).get()
        let tunnel = try await AgentTunnel.open("/t", key: "k", at: agent.address, on: loop, within: .seconds(50))
        #expect(tunnel.accept == "yes")
        try await tunnel.carry(to: near)
        try await near.writeAndFlush(ByteBuffer(string: "head ")).get()
        let seen = try await Self.readAll(ends[1])
        #expect(seen == "head early")
        try await agent.stop()
    }

    private static func readAll(_ descriptor: Int32) async throws -> String {
        try await NIOThreadPool.singleton.runIfActive {
            defer { close(descriptor) }
            var seen: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 100)
            while case let count = read(descriptor, &piece, piece.count), count > 0 { seen += piece[..<count] }
            return String(decoding: seen, as: UTF8.self)
        }
    }
}
