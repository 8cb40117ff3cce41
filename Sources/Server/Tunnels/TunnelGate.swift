import Glibc
import Synchronization

/// How many connections to ports of jobs are open: each holds two sockets.
final class TunnelGate: Sendable {
    let limit: Int
    private let open = Mutex(0)

    /// - Parameter limit: most at once; by default what leaves half of the process's descriptors to everything else.
    init(limit: Int = limit(openFiles: TunnelGate.openFiles)) {
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

    /// Descriptors that the process may have.
    private static var openFiles: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
