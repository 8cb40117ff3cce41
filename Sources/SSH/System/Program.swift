import CLinux
import Glibc
import Synchronization
import Threads

/// A program that was started, with a thread of its own that moves its input and output and sees it end.
final class Program: Sendable {
    struct Ending: Sendable, Equatable {
        /// Exit status; 128 and the signal's number where a signal ended it.
        var status: Int
        var output: [UInt8]
        var errors: [UInt8]
        /// Why its input could not be read, where that is so.
        var inputFailure: String?
    }

    /// How much is kept of each stream.
    static let most = 1 << 20

    private struct State {
        var pid: pid_t?
        var isStopping = false
        var ending: Ending?
        var waiting: [CheckedContinuation<Ending, Never>] = []
    }

    private let state = Mutex(State())
    private let wake: Int32

    private init(pid: pid_t, wake: Int32) {
        self.wake = wake
        state.withLock { $0.pid = pid }
    }

    deinit {
        if wake >= 0 { close(wake) }
    }

    /// Starts it, without a terminal, in a process group of its own.
    ///
    /// - Parameters:
    ///   - arguments: with the program's path first.
    ///   - environment: variables beside those of this process.
    ///   - socket: its standard input and output, in place of what is fed and kept here; the caller closes it.
    ///   - outputBegan: called on the program's thread when it has printed something, and when it has ended.
    static func start(
        _ arguments: [String], environment: [String: String] = [:], input: ShellInput = .none, socket: Int32? = nil,
        outputBegan: @escaping @Sendable () -> Void = {}
    ) throws(Errno) -> Program {
        let ends = try ProgramPipes()
        let pid = try spawn(arguments, environment, ends, socket)
        ends.closeTheirs()
        let process = clinux_open_process(pid)
        var code = Errno(errno)
        let wake = clinux_wake_open()
        if process >= 0, wake < 0 { code = Errno(errno) }
        let program = Program(pid: pid, wake: wake)
        if process >= 0, wake >= 0 {
            let run = ProgramRun(
                pid: pid, process: process, wake: wake, ends: ends, input: input, outputBegan: outputBegan)
            // From then on the thread closes what it has to.
            let started = PosixThread.start {
                program.ended(run.run())
                outputBegan()
            }
            if started { return program }
            code = Errno(EAGAIN)
        }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        ends.closeOurs()
        if process >= 0 { close(process) }
        throw code
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], _ ends: ProgramPipes, _ socket: Int32?
    ) throws(Errno) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let standard = [socket ?? ends.theirInput, socket ?? ends.theirOutput, ends.theirErrors]
        for (index, end) in standard.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, end, Int32(index))
        }
        // A wrapper in the place of `ssh` would keep the server's port.
        clinux_spawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var variables = ProcessVariables.all
        for (name, value) in environment { variables[name] = value }
        var pid = pid_t()
        let code = withCStrings(arguments) { argv in
            withCStrings(variables.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawn(&pid, arguments[0], &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else {
            ends.closeTheirs()
            ends.closeOurs()
            throw Errno(code)
        }
        return pid
    }

    /// Ends it: asks first, and kills it two seconds later.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            // Under the lock: once it has been waited for, its number may be another's.
            if let pid = state.pid { kill(-pid, SIGTERM) }
        }
        var one: UInt64 = 1
        write(wake, &one, 8)
    }

    /// nil once it has ended.
    var pid: pid_t? { state.withLock { $0.pid } }

    var hasEnded: Bool { state.withLock { $0.ending != nil } }

    /// Waits for its end, whatever becomes of the caller.
    func ending() async -> Ending {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state in
                if state.ending == nil { state.waiting.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    /// Waits for its end, which a caller that is cancelled brings about.
    func endingOrStop() async -> Ending {
        await withTaskCancellationHandler {
            await ending()
        } onCancel: {
            stop()
        }
    }

    private func ended(_ result: ProgramRun.Result) {
        let (ending, waiting) = state.withLock { state in
            var status: Int32 = 0
            if let pid = state.pid {
                while waitpid(pid, &status, 0) < 0 {
                    if errno == EINTR { continue }
                    // Somebody else took its end: whatever that was, it is told as no success.
                    status = 255 << 8
                    break
                }
            }
            state.pid = nil
            let signal = status & 0x7f
            let ending = Ending(
                status: Int(signal == 0 ? status >> 8 & 0xff : 128 + signal), output: result.output,
                errors: result.errors, inputFailure: result.inputFailure)
            state.ending = ending
            defer { state.waiting = [] }
            return (ending, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: ending) }
    }
}

/// The pipes between this process and a program.
struct ProgramPipes: Sendable {
    let theirInput: Int32
    let ourInput: Int32
    let ourOutput: Int32
    let theirOutput: Int32
    let ourErrors: Int32
    let theirErrors: Int32

    init() throws(Errno) {
        var ends: [Int32] = []
        for _ in 0..<3 {
            var pair: [Int32] = [-1, -1]
            guard clinux_pipe(&pair) == 0 else {
                let code = Errno(errno)
                for end in ends { close(end) }
                throw code
            }
            ends += pair
        }
        theirInput = ends[0]
        ourInput = ends[1]
        ourOutput = ends[2]
        theirOutput = ends[3]
        ourErrors = ends[4]
        theirErrors = ends[5]
        for end in [ourInput, ourOutput, ourErrors] { _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) }
    }

    func closeTheirs() {
        for end in [theirInput, theirOutput, theirErrors] { close(end) }
    }

    func closeOurs() {
        for end in [ourInput, ourOutput, ourErrors] { close(end) }
    }
}

/// Calls `body` with the strings as C wants them, a null pointer last.
private func withCStrings<Value>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
) -> Value {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        // SAFETY: the array holds at least the null pointer, so it has a first element.
        body(buffer.baseAddress!)
    }
}
