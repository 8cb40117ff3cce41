import Logging
import SSH
import Store

/// Which hosts are known by which keys, as the store keeps it: the first key that a host shows is the one that counts,
/// until the host is taken out of use.
struct StoredHostKeys: HostKeys {
    let store: SQLiteStore
    let clock: ServerClock
    let logger: Logger

    func trusts(_ key: String, host: String, port: Int) async -> Bool {
        do {
            return try await store.hostKey(key, host: host, port: port, now: clock.now()) == key
        } catch {
            // Of a host that cannot be looked up nothing is known: then nobody logs in.
            logger.warning("the key of a host cannot be looked up", metadata: ["host": "\(host)", "error": "\(error)"])
            return false
        }
    }
}
