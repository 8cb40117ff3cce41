import SSH
import Synchronization
import Testing

@testable import Backends

@Suite struct KnownHostsTests {
    private static func hop(_ host: String, _ port: Int = 22) -> SSHHop {
        SSHHop(host: host, port: port, user: "u", identities: [])
    }

    @Test func aRoute_isTheWayToTheHost() {
        #expect(SSHTarget(Self.hop("Box", 2222)).route == "box:2222")
        #expect(
            SSHTarget(Self.hop("10.0.0.5"), jumps: [Self.hop("a"), Self.hop("b")]).route == "a:22 b:22 10.0.0.5:22")
    }

    @Test func keys_areJudgedByTheWay() async throws {
        let asked = Known()
        let target = SSHTarget(Self.hop("10.0.0.5"), jumps: [Self.hop("a"), Self.hop("b")])
        let keys = RouteKeys(known: asked, target: target)
        for host in ["a", "b", "10.0.0.5"] { #expect(try await keys.trusts("key", host: host, port: 22)) }
        #expect(asked.routes.withLock { $0 } == ["a:22", "a:22 b:22", "a:22 b:22 10.0.0.5:22"])
    }

    private final class Known: KnownHosts {
        let routes = Mutex<[String]>([])

        func trusts(_ key: String, route: String) async -> Bool {
            routes.withLock { $0.append(route) }
            return true
        }
    }
}
