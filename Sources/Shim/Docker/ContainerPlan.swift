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
        /// Of the driver: all that dstack hands over. Docker's own are `utility` and `compute`.
        var capabilities = [["gpu", "utility", "compute", "graphics", "video", display, "compat32"]]

        /// What some hosts lack the device for.
        static let display = "display"
    }

    struct Device: Encodable, Equatable, Sendable {
        var pathOnHost: String
        var pathInContainer: String
        var cgroupPermissions = "rwm"
    }

    struct Ulimit: Encodable, Equatable, Sendable {
        var name: String
        /// -1 means unlimited.
        var soft = -1
        var hard = -1
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
        var ulimits: [Ulimit]?
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
        /// Adapters for InfiniBand, and those of AWS (EFA).
        static let fabric = "/dev/infiniband"
    }

    static let taskLabel = "dstack.task"
    static let shimLabel = "dstack.shim"

    /// - Parameters:
    ///   - task: the task's id.
    ///   - shim: tells this shim's containers from another's.
    ///   - hasFabric: whether the host has adapters for InfiniBand.
    init(
        _ request: ContainerRequest, _ image: DockerImage, task: String, shim: String, runner: RunnerLauncher,
        gpus: GPUKind, hasFabric: Bool = false
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
        if hasFabric { devices.append(Device(pathOnHost: Place.fabric, pathInContainer: Place.fabric)) }
        self.hostConfig = .init(
            networkMode: request.network.mode, mounts: mounts,
            portBindings: Dictionary(uniqueKeysWithValues: published.map { ($0, [Port()]) }),
            privileged: request.privileged, memory: request.memory, nanoCpus: Int(request.cpus * 1e9),
            shmSize: request.shm > 0 ? request.shm : nil, deviceRequests: cards, devices: devices)
        // What adapters read and write stays in memory.
        if hasFabric { hostConfig.ulimits = [Ulimit(name: "memlock")] }
        if case .amd = gpus, request.gpus != 0 {
            // What ROCm's images ask for, as in dstack.
            hostConfig.ipcMode = "host"
            hostConfig.capAdd = ["SYS_PTRACE"]
            hostConfig.securityOpt = ["seccomp=unconfined"]
        }
    }

    /// The same without displays; nil where there are none.
    var withoutDisplay: ContainerPlan? {
        var plan = self
        for index in plan.hostConfig.deviceRequests.indices {
            plan.hostConfig.deviceRequests[index].capabilities[0].removeAll { $0 == DeviceRequest.display }
        }
        return plan == self ? nil : plan
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
