import AgentServer
import Glibc
import Wire

/// The command line of `dstack-runner start`.
struct StartOptions: Equatable, Sendable {
    /// Absolute. Logs, uploads and, as a plain process, the job's own files.
    var tempDirectory = "/tmp/runner"
    var httpAddress = ""
    var httpPort = 10999
    /// A listening socket that the parent hands over; nil to bind one.
    var listenDescriptor: Int32?
    /// Where the job's relative paths start, where it is named.
    var namedWorkDirectory: String?
    /// Programs that came along, for images that lack them; nil for `tools` beside this program.
    var toolsDirectory: String?
    /// Where the job's SSH server listens.
    var sshPort = JobSSHServer.port
    /// Public keys that may log in to the job, beside those that come with it.
    var authorizedKeys: [String] = []
    var logLevel = RunnerLog.Level.info
    /// How long a runner waits for its job.
    var startDeadline = Duration.seconds(300)
    /// Where the runner was started.
    var currentDirectory = "/"

    /// Whether the job is a plain process on its host, not the only thing in a container.
    var isProcess: Bool { listenDescriptor != nil }

    var workDirectory: String {
        namedWorkDirectory ?? (isProcess ? tempDirectory + "/work" : currentDirectory)
    }

    /// Where the programs that came along are; nil where none did.
    var tools: String? { toolsDirectory ?? GitTools.besideThisProgram }

    var archiveDirectory: String { tempDirectory + "/archives" }

    var listenAddress: ListenAddress {
        listenDescriptor.map { .descriptor($0) } ?? .tcp(host: httpAddress, port: httpPort)
    }

    static let usage = """
        usage: dstack-runner [--log-level LEVEL] start [OPTION…]

        Runs one dstack job: takes it over HTTP, executes it, serves its states and logs.

          --temp-dir DIRECTORY        logs and other files (default /tmp/runner)
          --http-address ADDRESS      numeric address to listen on (default: every IPv4 interface)
          --http-port PORT            port to listen on (default 10999)
          --listen-fd NUMBER          serve on this inherited listening socket; the job is a plain process then
          --work-dir DIRECTORY        where the job's relative paths start
          --tools-dir DIRECTORY       git, ssh and the job's SSH server (default: tools beside this program)
          --start-timeout SECONDS     end where no job is started in this time (default 300)
          --ssh-port PORT             port of the job's SSH server (default 10022)
          --ssh-authorized-key KEY    a public key that may log in to the job; may be given several times
          --log-level LEVEL           error, warning, info (default), debug
          --ssh-log-level, --home-dir accepted for dstack's shim; nothing of it is used
        """

    /// Reads the arguments after the program's name. Throws `UsageError`.
    static func parse(_ arguments: [String], currentDirectory: String) throws(UsageError) -> StartOptions {
        var options = StartOptions()
        options.currentDirectory = currentDirectory
        var hasCommand = false
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "start" && !hasCommand {
                hasCommand = true
                continue
            }
            guard argument.hasPrefix("--") else { throw UsageError("unexpected argument '\(argument)'") }
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                throw UsageError("'\(argument)' needs a value")
            }
            try options.set(parts[0], value)
        }
        guard hasCommand else { throw UsageError("the command 'start' is missing") }
        return options
    }

    private mutating func set(_ name: String, _ value: String) throws(UsageError) {
        switch name {
        case "--temp-dir": tempDirectory = absolute(value)
        case "--http-address": httpAddress = value
        case "--http-port": httpPort = Int(try Self.number(name, value, in: 0...65535))
        case "--listen-fd": listenDescriptor = Int32(try Self.number(name, value, in: 0...Int64(Int32.max)))
        case "--work-dir": namedWorkDirectory = absolute(value)
        case "--tools-dir": toolsDirectory = absolute(value)
        case "--start-timeout": startDeadline = .seconds(try Self.number(name, value, in: 1...86_400))
        case "--log-level":
            guard let level = RunnerLog.Level(name: value) else {
                throw UsageError("'\(value)' is not a log level; use error, warning, info or debug")
            }
            logLevel = level
        case "--ssh-port": sshPort = Int(try Self.number(name, value, in: 1...65535))
        case "--ssh-authorized-key": authorizedKeys.append(value)
        case "--ssh-log-level", "--home-dir": break
        default: throw UsageError("unknown option '\(name)'")
        }
    }

    private func absolute(_ path: String) -> String {
        JobPath.clean(path.hasPrefix("/") ? path : currentDirectory + "/" + path)
    }

    private static func number(
        _ name: String, _ value: String, in range: ClosedRange<Int64>
    ) throws(UsageError) -> Int64 {
        guard let number = Int64(value), range.contains(number) else {
            throw UsageError(
                "'\(name) \(value)': a whole number from \(range.lowerBound) to \(range.upperBound) is expected")
        }
        return number
    }
}

/// A command line that cannot be understood.
struct UsageError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
