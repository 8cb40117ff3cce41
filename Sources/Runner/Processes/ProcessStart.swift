import CLinux
import Glibc

/// A process to be started on a terminal of its own.
struct ProcessStart: Equatable, Sendable {
    /// The program and its arguments.
    var arguments: [String]
    /// `NAME=value` each.
    var environment: [String]
    var place: Launcher.Place

    /// Starts it in a session of its own, whose controlling terminal is `terminal`. Gives back its process id.
    ///
    /// The process first runs the launcher, which changes user and directory and becomes the program.
    func callAsFunction(on terminal: PseudoTerminal) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a session's leader opens becomes its controlling one.
        posix_spawn_file_actions_addopen(&actions, 0, terminal.path, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)

        var process: pid_t = 0
        let result = place.spawn(arguments, environment: environment, &actions, &process)
        guard result == 0 else { throw SystemError("start the job's process", code: result) }
        return process
    }
}

extension Launcher.Place {
    /// Starts the launcher, which becomes the program here: in a session of its own, with no signal blocked or ignored.
    ///
    /// - Returns: 0, or the error's number.
    func spawn(
        _ arguments: [String], environment: [String], _ actions: inout posix_spawn_file_actions_t,
        _ process: inout pid_t
    ) -> Int32 {
        ProcessStart.spawnSelf(
            ["dstack-runner"] + launcherArguments + arguments, environment: environment, &actions, &process)
    }
}

extension ProcessStart {
    /// Starts this program anew with `words`, in a session of its own, with no signal blocked or ignored.
    ///
    /// - Returns: 0, or the error's number.
    static func spawnSelf(
        _ words: [String], environment: [String], _ actions: inout posix_spawn_file_actions_t, _ process: inout pid_t
    ) -> Int32 {
        spawn("/proc/self/exe", words, environment: environment, &actions, &process)
    }

    /// Starts a program with `words`, in a session of its own, with no signal blocked or ignored.
    ///
    /// - Returns: 0, or the error's number.
    static func spawn(
        _ program: String, _ words: [String], environment: [String], _ actions: inout posix_spawn_file_actions_t,
        _ process: inout pid_t
    ) -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, clinux_spawn_setsid() | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
        return CStrings.with(words) { argv in
            CStrings.with(environment) { envp in
                posix_spawn(&process, program, &actions, &attributes, argv, envp)
            }
        }
    }
}

/// Lists of C strings, ended by a null pointer.
enum CStrings {
    static func with<Result>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { list[index] = strdup(string) }
        list[strings.count] = nil
        defer {
            for index in strings.indices { free(list[index]) }
            list.deallocate()
        }
        return body(list)
    }
}
