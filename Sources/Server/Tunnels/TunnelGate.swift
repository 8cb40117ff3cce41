import Synchronization

/// How many connections to ports of jobs are open: each holds two sockets.
final class TunnelGate: Sendable {
    let limit: Int
    private let open = Mutex(0)

    init(limit: Int = 1024) {
        self.limit = limit
    }

    /// Counts one in; false where there are as many as may be.
    func enter() -> Bool {
        open.withLock { open in
            guard open < limit else { return false }
            open += 1
            return true
        }
    }

    func leave() { open.withLock { $0 -= 1 } }
}
