import Backends
import Logging
import Store

/// Which hosts are known by which keys, as the store keeps it: the first key that a host shows is the one that counts,
/// until the last fleet that uses the host is gone.
struct StoredHostKeys: KnownHosts {
    let store: SQLiteStore
    let clock: ServerClock
    let logger: Logger

    func trusts(_ key: String, route: String) async -> Bool {
        do {
            return try await store.hostKey(key, route: route, now: clock.now()) == key
        } catch {
            // Of a host that cannot be looked up nothing is known: then nobody logs in.
            logger.warning(
                "the key of a host cannot be looked up", metadata: ["host": "\(route)", "error": "\(error)"])
            return false
        }
    }
}
