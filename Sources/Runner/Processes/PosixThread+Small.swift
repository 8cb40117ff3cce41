import Glibc
import Threads

extension PosixThread {
    /// Runs `body`, which blocks, on a small thread of its own. Throws where the system has no thread to give.
    static func startSmall(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        guard start(signals: .inherited, stack: 256 << 10, body) else {
            throw SystemError("start a thread", code: EAGAIN)
        }
    }
}
