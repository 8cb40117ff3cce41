import Wire
import FoundationEssentials

/// Body of `POST /containers/create`. Its names are the engine's own, which writes them with a capital (`EngineJSON`).
struct ContainerPlan: Encodable, Equatable, Sendable {
    struct Empty: Encodable, Equatable, Sendable {}

    struct Mount: Encodable, Equatable, Sendable {
        struct BindOptions: Encodable, Equatable, Sendable {
            var propagation = "rprivate"
        }

        var type = "bind"
        var source: String
        var target: String
        var readOnly: Bool
        var bindOptions = BindOptions()
    }

    struct Port: Encodable, Equatable, Sendable {
        var hostIp = "127.0.0.1"
        var hostPort = ""
    }

    struct DeviceRequest: Encodable, Equatable, Sendable {
        /// -1 means all; nil where the cards are named.
        var count: Int?
        var deviceIDs: [String]?
        var capabilities = [["gpu"]]
    }

    struct Device: Encodable, Equatable, Sendable {
        var pathOnHost: String
        var pathInContainer: String
        var cgroupPermissions = "rwm"
    }

    struct LogConfig: Encodable, Equatable, Sendable {
        var type = "json-file"
        var config = ["max-size": "1m"]
    }

    struct HostConfig: Encodable, Equatable, Sendable {
        var networkMode: String
        var mounts: [Mount]
        var portBindings: [String: [Port]]
        var privileged: Bool
        var memory: Int
        var nanoCpus: Int
        var shmSize: Int?
        var deviceRequests: [DeviceRequest]
        var devices: [Device]
        /// nil for the engine's defaults.
        var ipcMode: String?
        var capAdd: [String]?
        var securityOpt: [String]?
        var logConfig = ContainerPlan.LogConfig()
    }

    var image: String
    /// The runner runs as root and gives the job its user.
    var user = "0:0"
    var entrypoint: [String]
    var cmd: [String] = []
    var env: [String]
    var labels: [String: String]
    var stopSignal = "SIGTERM"
    var exposedPorts: [String: Empty]
    var hostConfig: HostConfig

    /// Where things of ours are in a container.
    enum Place {
        static let runner = "/dstack/bin/dstack-runner"
        static let tools = "/dstack/tools"
        static let directory = "/dstack/job"
        /// What all of AMD's GPUs share, and the folder of what each has for itself.
        static let amdDriver = "/dev/kfd"
        static let amdCards = "/dev/dri"
    }

    static let taskLabel = "dstack.task"
    static let shimLabel = "dstack.shim"

    /// - Parameters:
    ///   - task: the task's id.
    ///   - shim: tells this shim's containers from another's.
    init(
        _ request: ContainerRequest, _ image: DockerImage, task: String, shim: String, runner: RunnerLauncher,
        gpus: GPUKind
    ) {
        self.image = image.id
        let port = "\(runner.port)/tcp"
        var address = "0.0.0.0"
        if case .host(let own) = request.network { address = own }
        self.entrypoint =
            [
                Place.runner, "--log-level", runner.logLevel, "start", "--temp-dir", Place.directory, "--http-address",
                address, "--http-port", String(runner.port), "--tools-dir", Place.tools,
                // One of several nodes waits for its siblings' images; the shim ends it where it is not wanted any more.
                "--start-timeout", "86400",
            ] + RunnerLauncher.words(keys: request.keys ?? [])
        self.env = Self.environment(image.config)
        self.labels = [Self.taskLabel: task, Self.shimLabel: shim]
        var mounts = [Mount(source: runner.program, target: Place.runner, readOnly: true)]
        if let tools = runner.tools { mounts.append(Mount(source: tools, target: Place.tools, readOnly: true)) }
        mounts += request.mounts.map { Mount(source: $0.source, target: $0.target, readOnly: false) }
        var published: [String] = []
        if !request.network.isHost {
            if request.publishesPorts { published.append(port) }
            if request.publishesSSH == true { published.append("\(JobSSHServer.port)/tcp") }
        }
        self.exposedPorts = Dictionary(uniqueKeysWithValues: published.map { ($0, Empty()) })
        var devices = request.devices.map { Device(pathOnHost: $0.source, pathInContainer: $0.target) }
        var cards: [DeviceRequest] = []
        switch gpus {
        case .nvidia where request.gpus != 0:
            cards = [
                request.cards.map { DeviceRequest(deviceIDs: $0.map(String.init)) }
                    ?? DeviceRequest(count: request.gpus)
            ]
        case .amd(let nodes) where request.gpus != 0:
            // Without a list the folder is handed over whole.
            let own = request.cards.map { $0.filter(nodes.indices.contains).map { nodes[$0] } }
            devices += ([Place.amdDriver] + (own ?? [Place.amdCards])).map {
                Device(pathOnHost: $0, pathInContainer: $0)
            }
        case .nvidia, .amd, .none: break
        }
        self.hostConfig = .init(
            networkMode: request.network.mode, mounts: mounts,
            portBindings: Dictionary(uniqueKeysWithValues: published.map { ($0, [Port()]) }),
            privileged: request.privileged, memory: request.memory, nanoCpus: Int(request.cpus * 1e9),
            shmSize: request.shm > 0 ? request.shm : nil, deviceRequests: cards, devices: devices)
        if case .amd = gpus, request.gpus != 0 {
            // What ROCm's images ask for, as in dstack.
            hostConfig.ipcMode = "host"
            hostConfig.capAdd = ["SYS_PTRACE"]
            hostConfig.securityOpt = ["seccomp=unconfined"]
        }
    }

    /// What the runner needs to know of the image: its user and its command. The image's own variables stay.
    private static func environment(_ config: DockerImage.Config?) -> [String] {
        var variables: [String] = []
        if let user = config?.user, !user.isEmpty { variables.append("DSTACK_RUNNER_IMAGE_USER=\(user)") }
        let command = (config?.entrypoint ?? []) + (config?.command ?? [])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // Words can always be written as JSON.
        if !command.isEmpty, let text = try? encoder.encode(command) {
            variables.append("DSTACK_RUNNER_IMAGE_COMMAND=\(String(decoding: text, as: UTF8.self))")
        }
        return variables
    }
}

/// The host's GPUs, as containers are given them.
enum GPUKind: Equatable, Sendable {
    case none
    case nvidia(count: Int)
    /// - Parameter renderNodes: the device of each; none where they are not known.
    case amd(renderNodes: [String])

    /// How many there are; 0 where that is not known.
    var count: Int {
        switch self {
        case .none: 0
        case .nvidia(let count): count
        case .amd(let nodes): nodes.count
        }
    }
}

extension ContainerRequest.Network {
    var isHost: Bool {
        if case .host = self { true } else { false }
    }

    /// What the engine calls it.
    var mode: String {
        switch self {
        case .host: "host"
        case .bridge: "bridge"
        case .run(let name): name
        }
    }
}
