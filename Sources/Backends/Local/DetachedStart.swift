import Glibc
import HostTools

/// Starts a program that outlives this one: in a session of its own, child of nobody here, and where systemd runs in a
/// scope of its own, so that ending the server's unit leaves it alone. Blocks for the moment of the start.
struct DetachedStart: Sendable {
    let program: String
    let arguments: [String]
    /// Made where missing; the program's working directory.
    let directory: String
    /// Its output is appended here.
    let log: String
    /// Name of the scope.
    let unit: String

    /// - Returns: whether it was started by systemd.
    /// - Throws: `LocalError`.
    func run(inScope: Bool) throws(LocalError) -> Bool {
        guard access(program, X_OK) == 0 else { throw .noShim(path: program) }
        guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
            throw .system(call: "mkdir", subject: directory, errno: errno)
        }
        let scope = inScope ? Self.scope(unit) : []
        // The shell starts the program in the background and ends at once: nobody here has to wait for it.
        let script = #"cd "$1" && (umask 077 && : >>"$2") && exec </dev/null >>"$2" 2>&1 && shift 2 && { "$@" & }"#
        let command = ["/bin/sh", "-c", script, "sh", directory, log] + scope + [program] + arguments
        try spawn(command)
        return !scope.isEmpty
    }

    private func spawn(_ command: [String]) throws(LocalError) {
        let (pid, result) = CleanSpawn.start(command, inSession: true)
        guard result == 0 else { throw .system(call: "start", subject: command[0], errno: result) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else {
            throw .system(call: "open the log", subject: log, errno: access(directory, W_OK) == 0 ? EIO : errno)
        }
    }

    /// The words that put a program into a scope, none where systemd is not there to do it.
    private static func scope(_ unit: String) -> [String] {
        guard access("/run/systemd/system", F_OK) == 0, let tool = systemdRun() else { return [] }
        var words = [tool, "--scope", "--quiet", "--collect", "--unit=\(unit)", "--property=Delegate=yes"]
        if geteuid() != 0 {
            guard let runtime = getenv("XDG_RUNTIME_DIR"),
                access(String(cString: runtime) + "/systemd", F_OK) == 0
            else { return [] }
            words.insert("--user", at: 1)
        }
        return words
    }

    private static func systemdRun() -> String? {
        ["/usr/bin/systemd-run", "/bin/systemd-run"].first { access($0, X_OK) == 0 }
    }
}
