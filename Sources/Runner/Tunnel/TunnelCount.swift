import Synchronization

/// How many tunnels are open.
final class TunnelCount: Sendable {
    private let count = Mutex(0)

    /// Counts one in; false where there are `limit` already.
    func enter(limit: Int) -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}
