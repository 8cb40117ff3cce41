import Testing
import Wire

@testable import Store

/// By which keys SSH servers are known, and until when.
@Suite struct KnownHostsTests {
    private static func instance(_ id: String, _ route: String?, isOver: Bool = false) -> InstanceRecord {
        InstanceRecord(
            id: id, projectID: "p", fleetID: "f", name: id, instanceNum: 0, createdAt: Sample.time, backend: "remote",
            region: "remote", price: 0, instanceType: Array("{}".utf8), hostname: "10.0.0.5", slots: 1,
            status: isOver ? "terminated" : "idle", connection: Array("{}".utf8), route: route)
    }

    /// The routes that are known after those of `gone` are forgotten, where `used` lead to instances.
    private static func known(
        _ routes: [String], used: [InstanceRecord], gone: String
    ) async throws -> [String] {
        try await withTemporaryStore { store, _ in
            for route in routes { _ = try await store.hostKey("ssh-ed25519 \(route)", route: route, now: Sample.time) }
            try await store.commit(
                Change(writes: used.map { .insertInstance($0) } + [.forgetHostKeys(route: gone)]))
            var known: [String] = []
            for route in routes where try await store.knownHostKey(route: route) != nil { known.append(route) }
            return known
        }
    }

    @Test func theFirstKey_counts_forEachWay() async throws {
        try await withTemporaryStore { store, _ async throws in
            for (key, route, counts) in [
                ("a", "10.0.0.5:22", "a"), ("b", "10.0.0.5:22", "a"), ("b", "left:22 10.0.0.5:22", "b"),
                ("c", "right:22 10.0.0.5:22", "c"), ("d", "10.0.0.5:2222", "d"),
            ] {
                #expect(try await store.hostKey(key, route: route, now: Sample.time) == counts)
            }
        }
    }

    @Test func aKnownServer_isLookedUpWithoutAWrite() async throws {
        try await withTemporaryStore { store, _ async throws in
            #expect(try await store.hostKey("a", route: "box:22", now: Sample.time) == "a")
            let written = store.generation
            for key in ["a", "b"] { #expect(try await store.hostKey(key, route: "box:22", now: Sample.time) == "a") }
            #expect(store.generation == written)
        }
    }

    @Test func forgetting_takesTheWholeWay_butWhatOthersUse() async throws {
        let all = ["left:22", "left:22 10.0.0.5:22", "right:22", "right:22 10.0.0.5:22", "left:2"]
        let gone = "left:22 10.0.0.5:22"
        #expect(try await Self.known(all, used: [], gone: gone) == ["right:22", "right:22 10.0.0.5:22", "left:2"])
        // Another fleet goes through the same jump host.
        #expect(
            try await Self.known(all, used: [Self.instance("b", "left:22 10.0.0.6:22")], gone: gone)
                == ["left:22", "right:22", "right:22 10.0.0.5:22", "left:2"])
        // Another project uses the host.
        #expect(try await Self.known(all, used: [Self.instance("b", gone)], gone: gone) == all)
        // One that failed, or another machine of that address, uses nothing of it.
        #expect(
            try await Self.known(
                all, used: [Self.instance("b", gone, isOver: true), Self.instance("c", "right:22 10.0.0.5:22")],
                gone: gone) == ["right:22", "right:22 10.0.0.5:22", "left:2"])
        // An instance of an earlier release may use any.
        #expect(try await Self.known(all, used: [Self.instance("b", nil)], gone: gone) == all)
    }
}
