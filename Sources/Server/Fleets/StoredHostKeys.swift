import Backends
import Store

/// Which hosts are known by which keys, as the store keeps it: the first key that a host shows is the one that counts,
/// until the last fleet that uses the host is gone.
struct StoredHostKeys: KnownHosts {
    let store: SQLiteStore
    let clock: ServerClock

    func trusts(_ key: String, route: String) async throws -> Bool {
        try await store.hostKey(key, route: route, now: clock.now()) == key
    }
}
