import CProcesses
import Glibc

/// How a process ended.
enum ExitStatus: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)
    /// It was not our child, so the kernel tells nobody but its parent.
    case unknown

    /// Reads what `waitpid` gave.
    init(waitStatus: Int32) {
        let code = cprocesses_exit_code(waitStatus)
        self = code >= 0 ? .exited(code) : .signaled(cprocesses_end_signal(waitStatus))
    }

    /// As a shell shows it: 128 + n after signal n.
    var code: Int? {
        switch self {
        case .exited(let code): Int(code)
        case .signaled(let signal): 128 + Int(signal)
        case .unknown: nil
        }
    }

    var words: String {
        switch self {
        case .exited(let code): "exited with status \(code)"
        case .signaled(let signal): "was killed by signal \(signal)"
        case .unknown: "ended"
        }
    }
}
