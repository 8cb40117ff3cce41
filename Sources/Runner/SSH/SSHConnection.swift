import CLinux
import Glibc

/// `dstack-runner ssh HOST-KEY KEYGEN -- SERVER ARGUMENT…`: what a new process does for one connection over SSH, which is
/// its standard input and output, before it becomes the server.
///
/// The server's key is made for the first connection: a job that nobody logs in to pays nothing.
enum SSHConnection {
    static let mode = "ssh"

    static func run(_ arguments: [String]) -> Never {
        guard arguments.count >= 4, arguments[2] == "--" else { exit(2) }
        // A runner that is killed takes its connections with it.
        _ = clinux_signal_on_parent_death(SIGKILL)
        _ = clinux_close_from(3)
        let key = arguments[0]
        if access(key, R_OK) != 0 { makeKey(key, with: arguments[1]) }
        CStrings.with(Array(arguments[3...])) { argv in
            _ = execv(arguments[3], argv)
        }
        exit(127)
    }

    /// Two first connections may make one each: the first that is whole stays.
    private static func makeKey(_ path: String, with program: String) {
        let new = "\(path).\(getpid())"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var process: pid_t = 0
        let started = CStrings.with([program, "-t", "ed25519", "-f", new]) { argv in
            CStrings.with(["PATH=/usr/bin:/bin"]) { posix_spawn(&process, program, &actions, nil, argv, $0) }
        }
        guard started == 0 else { return }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        link(new, path)
        unlink(new)
    }
}
