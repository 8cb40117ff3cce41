import JobActors
import Logging
import Supervisor
import SSH

/// How a server is started: the command line's flags and dstack's variables.
public struct ServerOptions: Sendable, Equatable {
    /// Address to listen on.
    public var host: String
    /// Port to listen on; 0 lets the system choose.
    public var port: Int
    /// Where everything is kept that outlives the server.
    public var directory: String
    /// Token that the admin gets when it is made; nil makes a random one.
    public var adminToken: String?
    public var logLevel: Logger.Level
    /// Whether this machine is no instance.
    public var isLocalFleetDisabled: Bool
    /// Jobs that run on this machine at once.
    public var localFleetSlots: Int
    /// Most bytes of a file that a client may upload.
    public var uploadLimit: Int
    /// Bytes of log that a job may write in an hour before it is ended; nil means no limit.
    public var logQuotaPerJobHour: Int?
    /// Path of `dstack-shim`; nil looks beside this program.
    public var shimPath: String?
    /// How this machine's jobs are run.
    public var localRuntime = LocalRuntimeChoice.auto
    /// Images that stand for what a configuration asks for without naming one.
    public var images = MachineRuntime()
    /// After which silence of a host its SSH session is given up, and a new one opened.
    public var keepAlive = KeepAlive(interval: .seconds(5), limit: 3)
    /// Seconds that a job's host may be out of reach before the job fails.
    public var unreachableTimeout = JobPolicy.defaultUnreachableTimeout
    /// How jobs' metrics are taken and told.
    public var metrics = MetricsSettings()
    /// For tests: which actors of the engine are killed.
    var actorKills: ActorKiller.Plan?

    public init(
        host: String = "127.0.0.1", port: Int = 3000, directory: String, adminToken: String? = nil,
        logLevel: Logger.Level = .info, isLocalFleetDisabled: Bool = false, localFleetSlots: Int = 16,
        uploadLimit: Int = 2 * 1024 * 1024, logQuotaPerJobHour: Int? = 50 * 1024 * 1024, shimPath: String? = nil
    ) {
        self.host = host
        self.port = port
        self.directory = directory
        self.adminToken = adminToken
        self.logLevel = logLevel
        self.isLocalFleetDisabled = isLocalFleetDisabled
        self.localFleetSlots = localFleetSlots
        self.uploadLimit = uploadLimit
        self.logQuotaPerJobHour = logQuotaPerJobHour
        self.shimPath = shimPath
    }

    /// What dstack's variables say; flags come over it.
    ///
    /// - Parameter environment: the process's variables.
    /// - Throws: `ServerError` that names the variable whose value cannot be used.
    public init(environment: [String: String]) throws(ServerError) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        func number(_ name: String, _ fallback: Int, in range: ClosedRange<Int>) throws(ServerError) -> Int {
            guard let text = value(name) else { return fallback }
            guard let number = Int(text), range.contains(number) else {
                throw .variable(name, text, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        let home = value("HOME") ?? "/root"
        let slots = try number("DSTACK_LOCAL_FLEET_SLOTS", 16, in: 1...10_000)
        let upload = try number("DSTACK_SERVER_CODE_UPLOAD_LIMIT", 2 * 1024 * 1024, in: 0...Int(Int32.max))
        let quota = try number("DSTACK_SERVER_LOG_QUOTA_PER_JOB_HOUR", 50 * 1024 * 1024, in: 0...Int.max)
        self.init(
            host: value("DSTACK_SERVER_HOST") ?? "127.0.0.1",
            port: try number("DSTACK_SERVER_PORT", 3000, in: 0...65535),
            directory: value("DSTACK_SERVER_DIR") ?? home + "/.dstack/server",
            adminToken: value("DSTACK_SERVER_ADMIN_TOKEN"), logLevel: .info,
            isLocalFleetDisabled: Self.isOn(value("DSTACK_LOCAL_FLEET_DISABLED")), localFleetSlots: slots,
            uploadLimit: upload == 0 ? Int(Int32.max) : upload, logQuotaPerJobHour: quota == 0 ? nil : quota,
            shimPath: value("DSTACK_SHIM_BINARY_PATH"))
        if let text = value("DSTACK_LOCAL_RUNTIME") {
            guard let choice = LocalRuntimeChoice(rawValue: text) else {
                throw .variable("DSTACK_LOCAL_RUNTIME", text, expected: "auto, process or docker")
            }
            localRuntime = choice
        }
        if let image = value("DSTACK_DIND_IMAGE") { images.dockerImage = image }
        if let image = value("DSTACK_DOCKER_BASE_IMAGE") {
            let version = value("DSTACK_DOCKER_BASE_IMAGE_VERSION") ?? "0.16"
            let system = value("DSTACK_DOCKER_BASE_IMAGE_UBUNTU_VERSION") ?? "24.04"
            images.baseImage = "\(image):\(version)-base-ubuntu\(system)"
            images.develImage = "\(image):\(version)-devel-ubuntu\(system)"
        }
        images.defaultImage = value("DSTACK_SERVER_DEFAULT_IMAGE")
        images.isContainersOnly = localRuntime == .docker
        unreachableTimeout = try number(
            "DSTACK_SERVER_UNREACHABLE_TIMEOUT_SECONDS", JobPolicy.defaultUnreachableTimeout, in: 1...7 * 24 * 3600)
        let century = 100 * 365 * 24 * 3600
        metrics.interval = .seconds(try number("DSTACK_SERVER_METRICS_INTERVAL_SECONDS", 10, in: 1...3600))
        metrics.runningAge = .seconds(try number("DSTACK_SERVER_METRICS_RUNNING_TTL_SECONDS", 3600, in: 0...century))
        metrics.finishedAge = .seconds(
            try number("DSTACK_SERVER_METRICS_FINISHED_TTL_SECONDS", 7 * 24 * 3600, in: 0...century))
        // As in dstack: being there turns it on.
        metrics.hostInterval = .seconds(try number("DSTACK_SERVER_HOST_METRICS_INTERVAL_SECONDS", 10, in: 1...3600))
        metrics.healthInterval = .seconds(
            try number("DSTACK_SERVER_INSTANCE_HEALTH_MIN_COLLECT_INTERVAL_SECONDS", 60, in: 1...century))
        metrics.healthAge = .seconds(
            try number("DSTACK_SERVER_INSTANCE_HEALTH_TTL_SECONDS", 7 * 24 * 3600, in: 0...century))
        keepAlive.interval = .seconds(try number("DSTACK_SERVER_SSH_KEEPALIVE_SECONDS", 5, in: 1...3600))
        metrics.isPrometheusOn = environment["DSTACK_ENABLE_PROMETHEUS_METRICS"] != nil
        metrics.prometheusToken = value("DSTACK_PROMETHEUS_AUTH_TOKEN")
        if let text = value("DSTACK_TEST_KILL_ACTORS") {
            actorKills = ActorKiller.Plan(text)
            if actorKills == nil {
                throw .variable("DSTACK_TEST_KILL_ACTORS", text, expected: "SEED:MILLISECONDS")
            }
        }
        if let text = value("DSTACK_SERVER_LOG_LEVEL") {
            guard let level = Self.level(text) else {
                throw .variable("DSTACK_SERVER_LOG_LEVEL", text, expected: "DEBUG, INFO, WARNING or ERROR")
            }
            logLevel = level
        }
    }

    private static func isOn(_ value: String?) -> Bool {
        guard let value else { return false }
        return !["0", "false", "no", "off"].contains(value.lowercased())
    }

    /// A log level by dstack's name in any case; nil where it is none.
    public static func level(_ name: String) -> Logger.Level? {
        switch name.lowercased() {
        case "trace": .trace
        case "debug": .debug
        case "info": .info
        case "warning", "warn": .warning
        case "error": .error
        case "critical", "fatal": .critical
        default: nil
        }
    }
}
