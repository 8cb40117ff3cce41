import Glibc

/// How a process ended.
enum ExitStatus: Equatable, Sendable {
    case exited(Int)
    case killed(signal: Int)

    /// Reads the status word of `waitpid`.
    init(waitStatus: Int32) {
        self =
            waitStatus & 0x7f == 0
            ? .exited(Int(waitStatus >> 8 & 0xff)) : .killed(signal: Int(waitStatus & 0x7f))
    }

    /// The number a shell would show: 128 more than the signal where one ended the process.
    var code: Int {
        switch self {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        }
    }

    var words: String {
        switch self {
        case .exited(let code): "exited with status \(code)"
        case .killed(let signal): "killed by signal \(SignalName.of(signal))"
        }
    }
}

/// Names of signals.
enum SignalName {
    /// `SIGKILL` for 9, `SIG34` where the number has no name of its own.
    static func of(_ number: Int) -> String {
        let name: String? =
            switch Int32(truncatingIfNeeded: number) {
            case SIGHUP: "HUP"
            case SIGINT: "INT"
            case SIGQUIT: "QUIT"
            case SIGILL: "ILL"
            case SIGTRAP: "TRAP"
            case SIGABRT: "ABRT"
            case SIGBUS: "BUS"
            case SIGFPE: "FPE"
            case SIGKILL: "KILL"
            case SIGUSR1: "USR1"
            case SIGSEGV: "SEGV"
            case SIGUSR2: "USR2"
            case SIGPIPE: "PIPE"
            case SIGALRM: "ALRM"
            case SIGTERM: "TERM"
            case SIGXCPU: "XCPU"
            case SIGXFSZ: "XFSZ"
            case SIGSYS: "SYS"
            default: nil
            }
        return "SIG" + (name ?? String(number))
    }
}
