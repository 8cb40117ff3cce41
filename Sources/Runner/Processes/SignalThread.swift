import Glibc
import Threads

/// The one thread that waits for the runner's signals: children that ended, and requests to end.
///
/// It is the only caller of `waitpid`, so nobody else's wait can take an exit from it.
enum SignalThread {
    private static var handled: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGCHLD)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }

    /// Keeps the signals from every thread. Must be called before the first other thread starts, which inherits it.
    static func block() {
        var set = handled
        sigprocmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Starts the thread.
    static func start(
        onExit: @escaping @Sendable (pid_t, ExitStatus) -> Void, onTerminate: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        try PosixThread.startSmall {
            var set = handled
            while true {
                var number: Int32 = 0
                guard sigwait(&set, &number) == 0 else { continue }
                guard number == SIGCHLD else {
                    onTerminate()
                    continue
                }
                // One signal may stand for many children.
                while true {
                    var status: Int32 = 0
                    let process = waitpid(-1, &status, WNOHANG)
                    guard process > 0 else { break }
                    onExit(process, ExitStatus(waitStatus: status))
                }
            }
        }
    }
}
