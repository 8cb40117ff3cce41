import FoundationEssentials
import Glibc
import Threads

/// Why a program could not be run.
public struct ToolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system's call that failed.
    public let call: String
    public let program: String
    public let errno: Int32

    public var description: String {
        "\(call) '\(program)': \(strerror(errno).map { String(cString: $0) } ?? "error \(errno)")"
    }
}

/// Runs a small program to its end and takes what it prints. Blocks, and takes the program's end for itself: not beside
/// a loop that waits for all children.
public enum ToolRun {
    private static let mostOutput = 1 << 20
    /// How long a program that has said all, or was killed, may take to be gone.
    private static let parting = Duration.seconds(2)

    /// What the program printed on standard output; nil where it is not installed, failed, printed more than 1 MiB or
    /// took longer than `seconds`.
    public static func output(of arguments: [String], seconds: Int) throws(ToolError) -> String? {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ToolError(call: "pipe", program: arguments[0], errno: errno) }
        let (source, sink) = (ends[0], ends[1])
        defer { close(source) }
        let (pid, result) = CleanSpawn.start(arguments) { actions in
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, sink, 1)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        close(sink)
        guard result == 0 else {
            // EACCES: it, or a folder of PATH where it might be, is not for this user.
            if result == ENOENT || result == EACCES { return nil }
            throw ToolError(call: "start", program: arguments[0], errno: result)
        }
        let bytes = read(source, seconds: seconds)
        var status = bytes == nil ? nil : end(of: pid, within: parting)
        if status == nil {
            kill(pid, SIGKILL)
            status = end(of: pid, within: parting)
        }
        if status == nil { leave(pid) }
        guard let bytes, status == 0 else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A child's exit status as the kernel tells it; nil where it does not end in time.
    static func end(of pid: pid_t, within time: Duration) -> Int32? {
        let deadline = ContinuousClock.now + time
        var pause = 100_000
        while true {
            var status: Int32 = 0
            let ended = waitpid(pid, &status, WNOHANG)
            if ended == pid { return status }
            // Somebody else took its end.
            if ended < 0, errno != EINTR { return -1 }
            if ContinuousClock.now >= deadline { return nil }
            var wait = timespec(tv_sec: 0, tv_nsec: pause)
            nanosleep(&wait, nil)
            pause = min(pause * 2, 20_000_000)
        }
    }

    /// Takes the end of a child whenever it comes: one that waits for a broken driver does not even die of SIGKILL.
    static func leave(_ pid: pid_t) {
        // Without a thread it stays in the kernel's list once it has ended.
        _ = PosixThread.start(signals: .inherited) {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        }
    }

    /// Everything up to the end; nil where that does not come in time, or is too much.
    private static func read(_ descriptor: Int32, seconds: Int) -> [UInt8]? {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= mostOutput {
            let left = (deadline - clock.now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { return nil }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, Int32(milliseconds))
            if ready < 0 && errno == EINTR { continue }
            guard ready > 0 else { return nil }
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += piece.prefix(count)
        }
        return nil
    }
}
