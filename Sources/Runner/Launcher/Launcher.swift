import CLinux
import Glibc

/// What a new process does between its start and the job's program: `dstack-runner exec …`, which ends in `execve`.
///
/// Swift cannot fork; so what must happen in the child, in one thread and before the program, happens in a fresh copy
/// of this program.
enum Launcher {
    /// Where and as whom the program runs.
    struct Place: Equatable, Sendable {
        var directory: String
        var uid: UInt32
        var gid: UInt32
        /// Supplementary groups.
        var groups: [UInt32]
        /// Whether to change user and groups; without root there is only one choice.
        var changesUser: Bool

        /// The arguments that say this to the launcher, up to the program's own.
        var launcherArguments: [String] {
            let groups = groups.map(String.init).joined(separator: ",")
            return ["exec", directory, changesUser ? "\(uid):\(gid):\(groups)" : "-", "--"]
        }
    }

    /// 127 is what shells give for a command that is not there, 126 for one that cannot be run.
    private static let notFound: Int32 = 127
    private static let cannotRun: Int32 = 126
    /// Linux's RLIMIT_MEMLOCK, which Swift does not see.
    private static let lockedMemory = __rlimit_resource_t(8)

    /// Becomes the program that `arguments` name: DIRECTORY UID:GID:GROUPS|- -- PROGRAM ARGUMENT…
    static func run(_ arguments: [String]) -> Never {
        guard arguments.count >= 4, arguments[2] == "--" else {
            fail("usage: dstack-runner exec DIRECTORY UID:GID:GROUPS|- -- PROGRAM [ARGUMENT…]", cannotRun)
        }
        // A runner that is killed takes its job with it.
        _ = clinux_signal_on_parent_death(SIGKILL)
        if clinux_close_from(3) != 0 { closeAll(from: 3) }
        // RDMA needs locked memory. Without the right to raise the limit the job runs with what there is.
        var unlimited = rlimit(rlim_cur: rlim_t.max, rlim_max: rlim_t.max)
        _ = setrlimit(lockedMemory, &unlimited)
        // Where the memory runs out, the job is ended rather than its runner, which is to tell of it.
        _ = try? SmallFile.write("500", to: "/proc/self/oom_score_adj", mode: 0)
        // Before the change of user: the directory's parents may be closed to the job.
        guard chdir(arguments[0]) == 0 else {
            fail("cannot enter the working directory '\(arguments[0])': \(reason)", cannotRun)
        }
        if arguments[1] != "-" {
            become(arguments[1])
            // The change of user forgets it.
            _ = clinux_signal_on_parent_death(SIGKILL)
        }
        let program = arguments[3]
        CStrings.with(Array(arguments[3...])) { argv in
            _ = execvp(program, argv)
        }
        let code = errno == ENOENT || errno == ENOTDIR ? notFound : cannotRun
        fail(code == notFound ? "\(program): command not found" : "\(program): \(reason)", code)
    }

    private static func become(_ user: String) {
        let parts = user.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let uid = UInt32(parts[0]), let gid = UInt32(parts[1]) else {
            fail("not a user: '\(user)'", cannotRun)
        }
        let groups = parts[2].split(separator: ",").compactMap { gid_t($0) }
        guard setgroups(groups.count, groups) == 0 else { fail("cannot set groups \(parts[2]): \(reason)", cannotRun) }
        guard setgid(gid) == 0 else { fail("cannot become group \(gid): \(reason)", cannotRun) }
        guard setuid(uid) == 0 else { fail("cannot become user \(uid): \(reason)", cannotRun) }
    }

    private static func closeAll(from first: Int32) {
        for descriptor in first..<Int32(clamping: sysconf(Int32(_SC_OPEN_MAX))) { close(descriptor) }
    }

    private static var reason: String { String(cString: strerror(errno)) }

    /// Tells the terminal, which is the job's log.
    private static func fail(_ message: String, _ code: Int32) -> Never {
        let text = "dstack: \(message)\n"
        _ = text.withCString { write(2, $0, strlen($0)) }
        exit(code)
    }
}
