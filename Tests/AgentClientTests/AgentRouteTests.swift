import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import AgentClient

/// Agents that are reached by somebody else's sockets.
@Suite(.timeLimit(.minutes(1)))
struct AgentRouteTests {
    @Test func requestsAndTunnels_goByTheRoute() async throws {
        let agent = try await ScriptedAgent.start([
            .answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"), .answer(AgentTunnelTests.yes),
        ])
        let route = PlainRoute()
        let address = try #require(agent.address.by(route))
        let answer = try await AgentHTTPClient().send(AgentRequest(.get, "/"), to: address, within: .seconds(50))
        #expect(answer.text == "one")
        let tunnel = try await AgentTunnel.open(
            "/t", key: "k", at: address, on: MultiThreadedEventLoopGroup.singleton.next(), within: .seconds(50))
        #expect(tunnel.accept == "yes")
        tunnel.close()
        #expect(route.count.withLock { $0 } == 2)
        try await agent.stop()
    }

    @Test func aRouteThatLeadsNowhere_isNamed() async throws {
        let address = AgentAddress.remote(by: AgentRouteID(PlainRoute()), ip: "127.0.0.1", port: 1)
        let error = await #expect(throws: AgentHTTPError.self) {
            try await AgentHTTPClient().send(AgentRequest(.get, "/"), to: address, within: .seconds(50))
        }
        #expect(error?.code == .connectFailed)
        #expect(error?.description.contains("127.0.0.1:1 on the test") == true)
    }

    @Test func aRouteThatHangs_isGivenUp() async throws {
        let address = AgentAddress.remote(by: AgentRouteID(HangingRoute()), ip: "127.0.0.1", port: 1)
        let error = await #expect(throws: AgentHTTPError.self) {
            try await AgentHTTPClient().send(AgentRequest(.get, "/"), to: address, within: .milliseconds(30))
        }
        #expect(error?.code == .deadlineExceeded)
    }
}

extension AgentAddress {
    /// The same by a route; nil for a unix socket.
    fileprivate func by(_ route: any AgentRoute) -> AgentAddress? {
        if case .tcp(let ip, let port) = self { .remote(by: AgentRouteID(route), ip: ip, port: port) } else { nil }
    }
}

/// Connects by a socket of its own.
private final class PlainRoute: AgentRoute {
    let name = "the test"
    let count = Mutex(0)

    func connect(ip: String, port: Int) async throws -> CInt {
        count.withLock { $0 += 1 }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        inet_pton(AF_INET, ip, &address.sin_addr)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw IOError(errnoCode: code, reason: "connect")
        }
        return descriptor
    }
}

/// Waits until it is cancelled.
private final class HangingRoute: AgentRoute {
    let name = "nowhere"

    func connect(ip: String, port: Int) async throws -> CInt {
        for await _ in AsyncStream<Void>(unfolding: { try? await Task.sleep(for: .seconds(3600)) }) {
            try Task.checkCancellation()
        }
        throw CancellationError()
    }
}
