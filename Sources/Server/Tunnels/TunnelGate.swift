import Synchronization

/// How many connections to ports of jobs are open: each holds two sockets.
final class TunnelGate: Sendable {
    let limit: Int
    private let open = Mutex(0)

    /// - Parameter limit: most at once; by default what leaves half of the process's descriptors to everything else.
    init(limit: Int = limit(openFiles: OpenFiles.limit)) {
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

    static func limit(openFiles: Int) -> Int { max(1, min(1024, openFiles / 4)) }
}
