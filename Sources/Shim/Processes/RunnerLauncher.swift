import CProcesses
import Glibc

/// Starts runners.
struct RunnerLauncher: Sendable {
    /// The runner's program.
    let program: String
    let port: Int
    let logLevel: String
    /// The folder of programs that jobs may lack; nil where there is none.
    var tools: String?

    /// Starts a runner in a session of its own, inside `group`. Its output goes to `log`.
    ///
    /// - Parameters:
    ///   - directory: what the runner gets as its directory; it is there.
    ///   - keys: public keys that may log in to the job.
    ///   - mark: what tells the task's processes from others.
    func launch(
        on socket: borrowing RunnerSocket, in directory: String, keys: [String], group: ProcessGroup, mark: String,
        log: String
    ) throws(ShimError) -> ProcessIdentity {
        guard access(program, X_OK) == 0 else {
            throw .system(call: "execute the runner", subject: program, errno: errno)
        }
        let output = try ShimError.checking("open", log) {
            open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode_t(0o644))
        }
        defer { close(output) }
        let input = try ShimError.checking("open", "/dev/null") { open("/dev/null", O_RDONLY | O_CLOEXEC) }
        defer { close(input) }
        var cgroup: Int32 = -1
        if let path = group.startDirectory {
            cgroup = try ShimError.checking("open", path) { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        }
        defer { if cgroup >= 0 { close(cgroup) } }
        let arguments =
            [
                program, "--log-level", logLevel, "start", "--temp-dir", directory, "--http-address", socket.address,
                "--http-port", String(port), "--listen-fd", "3",
            ] + Self.words(keys: keys)
        // A runner that joins its group from outside starts when it is in: it cannot leave a child behind.
        var gate: [Int32] = [-1, -1]
        if group.isJoinedFromOutside {
            _ = try ShimError.checking("pipe", program) { pipe(&gate) }
        }
        defer { for end in gate where end >= 0 { close(end) } }
        let descriptors = (input, output, socket.descriptor, cgroup, gate[0], gate[1])
        let pid = try ShimError.checking("start", program) {
            Self.launch(program, arguments, Self.environment(mark: mark), directory, descriptors)
        }
        if group.isJoinedFromOutside {
            do {
                try group.add(pid)
            } catch {
                _ = Glibc.kill(pid, SIGKILL)
                throw error
            }
            var byte: UInt8 = 1
            // The child holds the other end: there is room for one byte.
            _ = write(gate[1], &byte, 1)
        }
        // The child is not reaped yet, so its number cannot be another's.
        guard let status = Proc.status(of: pid) else {
            throw .system(call: "find the started runner", subject: "\(pid)", errno: ESRCH)
        }
        return status.identity
    }

    /// What tells a runner of keys that may log in to its job.
    static func words(keys: [String]) -> [String] {
        keys.flatMap { ["--ssh-authorized-key", $0] }
    }

    /// The shim's own environment, without what is meant for the shim alone.
    private static func environment(mark: String) -> [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if !text.hasPrefix("DSTACK_") && !text.hasPrefix("NOTIFY_SOCKET=") { entries.append(text) }
            next += 1
        }
        entries.append("\(MarkedProcesses.variable)=\(mark)")
        return entries
    }

    private static func launch(
        _ program: String, _ arguments: [String], _ environment: [String], _ directory: String,
        _ descriptors: (
            input: Int32, output: Int32, listener: Int32, cgroup: Int32, gateRead: Int32, gateWrite: Int32
        )
    ) -> pid_t {
        let argumentCopies = arguments.map { strdup($0) }
        let environmentCopies = environment.map { strdup($0) }
        defer {
            for copy in argumentCopies + environmentCopies { free(copy) }
        }
        return (argumentCopies + [nil]).withUnsafeBufferPointer { arguments in
            (environmentCopies + [nil]).withUnsafeBufferPointer { environment in
                program.withCString { program in
                    directory.withCString { directory in
                        var what = cprocesses_launch(
                            path: program, arguments: arguments.baseAddress, environment: environment.baseAddress,
                            directory: directory, input: descriptors.input, output: descriptors.output,
                            listener: descriptors.listener, cgroup: descriptors.cgroup,
                            gate_read: descriptors.gateRead, gate_write: descriptors.gateWrite)
                        return cprocesses_launch(&what)
                    }
                }
            }
        }
    }
}
