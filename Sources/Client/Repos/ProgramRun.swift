import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program of the user's run to its end, as `git`. Blocks: call from a thread that may.
public struct ProgramRun: Sendable {
    /// How it ended: the exit status, or 128 more than the signal.
    public var status: Int32
    public var output: [UInt8]
    public var errors: String

    public var text: String { String(decoding: output, as: UTF8.self) }

    /// Why a program did not run.
    public enum Failure: Error {
        /// It is not installed.
        case missing(String)
        case system(String)
        /// It took longer than it may.
        case late(String)
    }

    /// Runs one.
    ///
    /// - Parameters:
    ///   - environment: changes to the caller's; nil takes a variable away.
    ///   - input: what it reads.
    ///   - outputPath: a file that its output goes to, in place of memory.
    ///   - seconds: when it is ended by force.
    public init(
        _ arguments: [String], environment changes: [String: String?] = [:],
        input: [UInt8] = [], outputPath: String? = nil, seconds: Int? = nil
    ) throws(Failure) {
        let folder = try Self.temporaryFolder()
        defer { Self.remove(folder) }
        let (inputPath, errorPath) = (folder + "/in", folder + "/err")
        let ownPath = folder + "/out"
        do {
            try Data(input).write(to: URL(filePath: inputPath))
        } catch {
            throw .system("\(inputPath): \(error)")
        }
        var variables = ProcessInfo.processInfo.environment
        for (name, value) in changes { variables[name] = value }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 1, outputPath ?? ownPath, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, flags, 0o600)
        var process: pid_t = 0
        let result = Self.withCStrings(arguments) { argv in
            Self.withCStrings(variables.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawnp(&process, arguments[0], &actions, nil, argv, envp)
            }
        }
        guard result == 0 else {
            if result == ENOENT || result == EACCES { throw .missing(arguments[0]) }
            throw .system("\(arguments[0]): \(String(cString: strerror(result)))")
        }
        status = try Self.wait(for: process, arguments[0], seconds: seconds)
        do {
            output = outputPath == nil ? Array(try Data(contentsOf: URL(filePath: ownPath))) : []
            errors = String(decoding: try Data(contentsOf: URL(filePath: errorPath)), as: UTF8.self)
        } catch {
            throw .system("\(folder): \(error)")
        }
    }

    private static func wait(for process: pid_t, _ name: String, seconds: Int?) throws(Failure) -> Int32 {
        var status: Int32 = 0
        let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
        while true {
            let ended = waitpid(process, &status, deadline == nil ? 0 : WNOHANG)
            if ended == process { break }
            if ended < 0, errno != EINTR { throw .system("\(name): \(String(cString: strerror(errno)))") }
            guard let deadline, ended == 0 else { continue }
            if ContinuousClock.now > deadline {
                kill(process, SIGKILL)
                waitpid(process, &status, 0)
                throw .late(name)
            }
            // `waitpid` knows no deadline, and a descriptor of a process is not to be had from Swift. Only the question
            // whether a repository is open to all, which takes a good part of a second, has a deadline.
            usleep(2000)
        }
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    }

    /// A directory for files of this process alone.
    public static func temporaryFolder() throws(Failure) -> String {
        let base = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        // `mkdtemp` writes the name that it found into its argument.
        var template = Array("\(base)/dstack-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .system("a folder in \(base): \(String(cString: strerror(errno)))")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    public static func remove(_ folder: String) {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            // A folder that stays in /tmp harms nobody.
        }
    }

    private static func withCStrings<Result>(
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
