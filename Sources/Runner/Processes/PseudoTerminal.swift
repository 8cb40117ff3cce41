import CLinux
import Glibc

/// The runner's side of a pseudo-terminal.
struct PseudoTerminal: Sendable {
    /// The master, non-blocking, closed on exec.
    let master: Int32
    /// The other side, which the job opens: `/dev/pts/N`.
    let path: String

    /// Opens a new one. `posix_openpt` is not visible to Swift, so this does by hand what it does.
    static func open() throws(SystemError) -> PseudoTerminal {
        let master = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        guard master >= 0 else { throw SystemError("open '/dev/ptmx'") }
        guard clinux_unlock_terminal(master) == 0 else {
            let error = SystemError("unlock a terminal")
            Glibc.close(master)
            throw error
        }
        let number = clinux_terminal_number(master)
        guard number >= 0 else {
            let error = SystemError("ask for a terminal's number")
            Glibc.close(master)
            throw error
        }
        return PseudoTerminal(master: master, path: "/dev/pts/\(number)")
    }

    /// Lets `user` open its side.
    func give(to user: UInt32) throws(SystemError) {
        guard chown(path, user, gid_t.max) == 0 else { throw SystemError("give '\(path)' to user \(user)") }
    }

    /// Sends `signal` to the processes that are in the foreground, as a key would, but whatever mode the terminal is in.
    func signalForeground(_ signal: Int32) {
        // Without a process in the foreground there is nobody to tell.
        _ = clinux_signal_foreground(master, signal)
    }

    /// Tells whoever reads from the terminal next that nothing comes any more, as Ctrl-D would.
    func endInput() {
        var endOfTransmission: UInt8 = 4
        // A terminal whose input is full has a reader that does not read.
        _ = write(master, &endOfTransmission, 1)
    }

    var foregroundGroup: pid_t? {
        let group = clinux_foreground_group(master)
        return group > 0 ? group : nil
    }

    func close() {
        Glibc.close(master)
    }
}
