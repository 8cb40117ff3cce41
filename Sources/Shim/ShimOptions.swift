import Glibc

/// What the shim is told on its command line and, by the same names in capitals, in its environment
/// (`--shim-home` is `DSTACK_SHIM_HOME`). The command line wins.
struct ShimOptions: Equatable {
    /// The directory that the shim keeps its state in.
    var home = ""
    /// A unix socket to listen on.
    var unixSocket: String?
    /// A TCP port to listen on.
    var httpPort: Int?
    var httpAddress = "127.0.0.1"
    var logLevel = "info"
    /// The runner's program; beside the shim's own where not given.
    var runnerPath = ""
    var runnerPort = 10999
    var runnerLogLevel = "info"
    /// What holds a task's processes together.
    var groups = GroupRoot.Choice.automatic
    /// The Docker Engine's socket; empty where none is to be used.
    var dockerSocket = DockerEngine.defaultSocket
    /// Programs that jobs may lack; beside the shim's own where not given.
    var tools = ""

    /// Where the runner is fetched from, where it is not there.
    var runnerURL: String?
    /// Whether to write down what this host has, for a server that sets it up and reads that.
    var isService = false
    /// Asked of the shim that runs on the port, instead of being one.
    var question: Question?

    enum Question: Equatable {
        /// What answers there, once this build does or after so many seconds.
        case report(seconds: Int)
        /// That it end all tasks within so many seconds.
        case endTasks(seconds: Int)
    }

    enum Command: Equatable {
        case run(ShimOptions)
        case ask(Question, ShimOptions)
        case version
        case help
    }

    /// What the official shim takes too and what has no meaning without containers: accepted, with a value, unused.
    private static let unused: Set<String> = [
        "shim-binary-path", "runner-ssh-port", "runner-ssh-log-level", "dcgm-address",
        "dcgm-exporter-http-port", "dcgm-exporter-interval", "pjrt-device", "pass-env",
    ]

    /// Reads arguments (without the program's name) and environment.
    static func parse(
        _ arguments: [String], environment: (String) -> String?, ownPath: String, currentDirectory: String
    ) throws(ShimError) -> Command {
        var options = ShimOptions()
        if let host = environment("DOCKER_HOST"), !host.isEmpty { try options.set("docker-host", host) }
        for name in names {
            let variable = "DSTACK_" + name.uppercased().map { $0 == "-" ? "_" : $0 }.map(String.init).joined()
            if let value = environment(variable), !value.isEmpty { try options.set(name, value) }
        }
        options.isService = ["1", "true"].contains(environment("DSTACK_SERVICE_MODE") ?? "")
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": return .help
            case "--version", "-v": return .version
            case "--privileged": continue
            case "--service":
                options.isService = true
                continue
            default: break
            }
            guard argument.hasPrefix("--") else { throw .badOption("unexpected argument '\(argument)'") }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first.map(String.init), names.contains(name) || unused.contains(name) else {
                throw .badOption("unknown option '\(argument)'")
            }
            guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
                throw .badOption("option '\(argument)' needs a value")
            }
            try options.set(name, value)
        }
        options.complete(environment: environment, ownPath: ownPath, currentDirectory: currentDirectory)
        if let question = options.question { return .ask(question, options) }
        return .run(options)
    }

    private static let names = [
        "shim-home", "unix-socket", "shim-http-port", "shim-http-address", "shim-log-level", "runner-binary-path",
        "runner-http-port", "runner-log-level", "task-groups", "docker-host", "tools-dir", "ask", "end-tasks",
        "runner-download-url",
    ]

    private mutating func set(_ name: String, _ value: String) throws(ShimError) {
        switch name {
        case "shim-home": home = value
        case "unix-socket": unixSocket = value
        case "shim-http-port": httpPort = try Self.port(name, value)
        case "shim-http-address": httpAddress = value
        case "shim-log-level":
            guard ShimLog.Level(value) != nil else {
                throw .badOption("--shim-log-level '\(value)' is none of debug, info, warning, error")
            }
            logLevel = value
        case "runner-binary-path": runnerPath = value
        case "runner-download-url": runnerURL = value
        case "runner-http-port": runnerPort = try Self.port(name, value)
        case "runner-log-level": runnerLogLevel = value
        case "tools-dir": tools = value
        case "docker-host":
            let path = value.hasPrefix("unix://") ? String(value.dropFirst(7)) : value
            guard path == "none" || path.hasPrefix("/") else {
                throw .badOption(
                    "--docker-host '\(value)' is not a unix socket (unix:///var/run/docker.sock) or 'none'")
            }
            dockerSocket = path == "none" ? "" : path
        case "ask": question = .report(seconds: try Self.seconds(name, value))
        case "end-tasks": question = .endTasks(seconds: try Self.seconds(name, value))
        case "task-groups":
            guard let choice = GroupRoot.Choice(rawValue: value) else {
                throw .badOption("--task-groups '\(value)' is none of auto, unified, freezer, marked")
            }
            groups = choice
        default: break
        }
    }

    private mutating func complete(environment: (String) -> String?, ownPath: String, currentDirectory: String) {
        if home.isEmpty { home = (environment("HOME") ?? "/root") + "/.dstack/shim" }
        while home.count > 1 && home.hasSuffix("/") { home.removeLast() }
        if runnerPath.isEmpty {
            let folder = ownPath.lastIndex(of: "/").map { String(ownPath[..<$0]) } ?? "."
            runnerPath = folder + "/dstack-runner"
        }
        if tools.isEmpty { tools = (runnerPath.lastIndex(of: "/").map { String(runnerPath[..<$0]) } ?? ".") + "/tools" }
        // Runners are started in directories of their own: no path may depend on where the shim was started.
        if !home.hasPrefix("/") { home = currentDirectory + "/" + home }
        if !runnerPath.hasPrefix("/") { runnerPath = currentDirectory + "/" + runnerPath }
        if !tools.hasPrefix("/") { tools = currentDirectory + "/" + tools }
        if unixSocket == nil && httpPort == nil { httpPort = 10998 }
    }

    private static func seconds(_ name: String, _ value: String) throws(ShimError) -> Int {
        guard let seconds = Int(value), (0...86_400).contains(seconds) else {
            throw .badOption("--\(name) '\(value)' is not a number of seconds (0 to 86400)")
        }
        return seconds
    }

    private static func port(_ name: String, _ value: String) throws(ShimError) -> Int {
        guard let port = Int(value), (1...65535).contains(port) else {
            throw .badOption("--\(name) '\(value)' is not a port (1 to 65535)")
        }
        return port
    }

    static let help = """
        Usage: dstack-shim [options]

        Runs tasks on this host for a dstack server. Each task's runner listens on a loopback address of its own.

          --shim-home DIR            where the shim keeps its state (default: ~/.dstack/shim)
          --unix-socket PATH         listen on a unix socket
          --shim-http-port PORT      listen on TCP (default: 10998 where no unix socket is given)
          --shim-http-address IP     the address for TCP (default: 127.0.0.1)
          --shim-log-level LEVEL     debug, info, warning or error (default: info)
          --runner-binary-path PATH  the runner's program (default: dstack-runner beside this one)
          --runner-download-url URL  where the runner is fetched from (by curl or wget) if it is not there
          --runner-http-port PORT    where runners listen (default: 10999)
          --runner-log-level LEVEL   passed to runners (default: info)
          --task-groups KIND         what holds a task's processes together: unified (cgroup v2), freezer (cgroup v1),
                                     marked (found by a variable, parents and sessions) or auto, the best of them
                                     (default)
          --docker-host SOCKET       the Docker Engine that runs tasks with an image: unix:///var/run/docker.sock
                                     (default, also from DOCKER_HOST) or none
          --tools-dir DIR            programs for jobs whose image lacks them (default: tools beside the runner)
          --service                  write down what this host has, in host_info.json of the shim's directory
          --ask SECONDS              be no shim: print what answers on the port, as JSON, once this program does or
                                     the time is over
          --end-tasks SECONDS        be no shim: have the one on the port end all its tasks
          --version, --help

        Each option is also read from the environment: --shim-home from DSTACK_SHIM_HOME, and so on.

        """
}
