import Foundation
import Store
import Testing

@testable import Server

@Suite struct StoredHostKeysTests {
    @Test func theFirstKeyCounts_andAStoreThatFails_isNoOtherKey() async throws {
        let folder = NSTemporaryDirectory() + "keys-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/dstack.db", keyring: try Keyring(keys: [.random(id: "k")]))
        let keys = StoredHostKeys(store: store, clock: .system)
        #expect(try await keys.trusts("ssh-ed25519 AAAA", route: "box:22"))
        #expect(try await keys.trusts("ssh-ed25519 AAAA", route: "box:22"))
        #expect(try await !keys.trusts("ssh-ed25519 BBBB", route: "box:22"))
        try await store.close()
        await #expect(throws: StoreError.self) { try await keys.trusts("ssh-ed25519 AAAA", route: "box:22") }
    }
}
