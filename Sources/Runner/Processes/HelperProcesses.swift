import Glibc
import Synchronization

/// Programs that the runner runs to their end before the job starts: git and what it starts.
///
/// The signal thread is the only one that waits for children. It asks here first whose an ended process was, so a
/// helper's exit is told to the thread that waits for it and never taken for the job's.
final class HelperProcesses: Sendable {
    private struct State {
        /// Where the exit of each running helper is told: the writing end of a pipe.
        var ends: [pid_t: Int32] = [:]
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// What a helper printed, and how it ended.
    struct Outcome: Sendable {
        var status: ExitStatus
        var output: String
        var errors: String

        var succeeded: Bool { status == .exited(0) }
    }

    /// The helper was ended because its job is to stop.
    struct Cancelled: Error {}

    /// How much of each output is kept: its end.
    private static let keptBytes = 64 << 10

    /// Ends the helper that runs, and lets none start any more.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            // Each leads a session of its own: what it started dies with it.
            for process in state.ends.keys { kill(-process, SIGKILL) }
        }
    }

    /// Takes an ended process; false where it is no helper.
    func take(_ process: pid_t, _ status: ExitStatus) -> Bool {
        guard let end = state.withLock({ $0.ends.removeValue(forKey: process) }) else { return false }
        var code = Int32(status.code)
        if case .killed(let signal) = status { code = -Int32(signal) }
        // The reader holds the other end, and there is room for one number.
        _ = withUnsafeBytes(of: &code) { write(end, $0.baseAddress, $0.count) }
        close(end)
        return true
    }

    /// Runs a program to its end. Blocks.
    ///
    /// - Parameters:
    ///   - environment: `NAME=value` each.
    ///   - onErrors: gets each piece of standard error as it comes.
    /// - Throws: `SystemError`, `Cancelled`.
    func run(
        _ arguments: [String], environment: [String], place: Launcher.Place,
        onErrors: (ArraySlice<UInt8>) -> Void = { _ in }
    ) throws -> Outcome {
        let (output, errors, exit) = (try Pipe(), try Pipe(), try Pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writer, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.writer, 2)
        // Started and noted in one step: its exit cannot come in between.
        try state.withLock { state in
            if state.isCancelled { throw Cancelled() }
            var process: pid_t = 0
            let result = place.spawn(arguments, environment: environment, &actions, &process)
            guard result == 0 else { throw SystemError("start '\(arguments[0])'", code: result) }
            state.ends[process] = exit.releaseWriter()
        }
        output.closeWriter()
        errors.closeWriter()
        let (said, complained, code) = try Self.collect(output, errors, exit, onErrors)
        if state.withLock({ $0.isCancelled }) { throw Cancelled() }
        return Outcome(
            status: code >= 0 ? .exited(Int(code)) : .killed(signal: Int(-code)),
            output: String(decoding: said, as: UTF8.self), errors: String(decoding: complained, as: UTF8.self))
    }

    /// Reads both outputs until the helper has ended; what one of its own children prints later is nobody's.
    private static func collect(
        _ output: Pipe, _ errors: Pipe, _ exit: Pipe, _ onErrors: (ArraySlice<UInt8>) -> Void
    ) throws(SystemError) -> (output: [UInt8], errors: [UInt8], code: Int32) {
        var said: [UInt8] = []
        var complained: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        /// False at the end.
        func take(_ pipe: Pipe, into kept: inout [UInt8], isErrors: Bool) -> Bool {
            let count = read(pipe.reader, &piece, piece.count)
            if count < 0 { return errno == EINTR || errno == EAGAIN }
            if count == 0 { return false }
            kept += piece[..<count]
            if kept.count > keptBytes { kept.removeFirst(kept.count - keptBytes) }
            if isErrors { onErrors(piece[..<count]) }
            return true
        }
        var wanted = [output, errors, exit].map { pollfd(fd: $0.reader, events: Int16(POLLIN), revents: 0) }
        while true {
            guard poll(&wanted, 3, -1) >= 0 || errno == EINTR else { throw SystemError("wait for a program") }
            if wanted[0].revents != 0, !take(output, into: &said, isErrors: false) { wanted[0].fd = -1 }
            if wanted[1].revents != 0, !take(errors, into: &complained, isErrors: true) { wanted[1].fd = -1 }
            guard wanted[2].revents != 0 else { continue }
            // It has ended: what it wrote is in the pipes.
            for (pipe, index) in [(output, 0), (errors, 1)] where wanted[index].fd >= 0 {
                _ = fcntl(pipe.reader, F_SETFL, O_NONBLOCK)
                while true {
                    let count = read(pipe.reader, &piece, piece.count)
                    guard count > 0 else { break }
                    if index == 0 { said += piece[..<count] } else { complained += piece[..<count] }
                }
            }
            var code: Int32 = 0
            let count = withUnsafeMutableBytes(of: &code) { read(exit.reader, $0.baseAddress, $0.count) }
            guard count == MemoryLayout<Int32>.size else { throw SystemError("learn how a program ended", code: EIO) }
            return (said, complained, code)
        }
    }

    /// A pipe whose ends no program inherits.
    private final class Pipe {
        let reader: Int32
        private(set) var writer: Int32

        init() throws(SystemError) {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw SystemError("open a pipe") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (reader, writer) = (ends[0], ends[1])
        }

        deinit {
            close(reader)
            closeWriter()
        }

        func closeWriter() {
            if writer >= 0 { close(writer) }
            writer = -1
        }

        /// Gives the writing end to somebody else to close.
        func releaseWriter() -> Int32 {
            defer { writer = -1 }
            return writer
        }
    }
}
