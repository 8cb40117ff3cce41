import Wire

/// What of a task's request is written down, so that a shim that starts again can go on: all but its credentials.
struct ContainerRequest: Codable, Equatable, Sendable {
    var image: String
    /// The container's name.
    var name: String
    var privileged: Bool
    /// GPUs to hand over; -1 means all, 0 none.
    var gpus: Int
    /// The GPUs that it is given; nil where the engine is asked for their number.
    var cards: [Int]?
    /// CPUs; 0 means no limit.
    var cpus: Double
    /// Bytes; 0 means no limit.
    var memory: Int
    /// Bytes; 0 means the engine's default.
    var shm: Int
    var network: Network
    var mounts: [Mount]
    var devices: [Device]
    /// Whether the runner's port is published on the host.
    var publishesPorts: Bool
    /// Whether a port of the host leads to the job's SSH server; nil in records of before that could be asked for.
    var publishesSSH: Bool?
    /// Who may log in to the host while the task lives, so as to get to the job's SSH server.
    var login: HostLogin?
    /// Public keys that may log in to the job; nil in records of before they were kept.
    var keys: [String]?
    /// Whether the registry asked for credentials.
    var hadCredentials: Bool

    enum Network: Codable, Equatable, Sendable {
        /// The host's own; the runner listens on a loopback address of the task's.
        case host(address: String)
        /// The engine's common one.
        case bridge
        /// One that the containers of a run share.
        case run(name: String)
    }

    struct Mount: Codable, Equatable, Sendable {
        var source: String
        var target: String
    }

    struct Device: Codable, Equatable, Sendable {
        var source: String
        var target: String
    }

    /// - Parameter address: the task's loopback address where it has the host's network.
    init(_ request: ShimTaskRequest, address: String?) {
        image = request.imageName
        name = "dstack-\(request.name)-\(request.id.prefix(8))"
        privileged = request.privileged
        gpus = request.gpu
        cpus = request.cpu
        memory = request.memory
        shm = request.shmSize
        mounts = request.instanceMounts.map { Mount(source: $0.instancePath, target: $0.path) }
        devices = request.gpuDevices.map { Device(source: $0.pathOnHost, target: $0.pathInContainer) }
        publishesPorts = request.publishPorts ?? true
        publishesSSH = request.publishSSH
        login = HostLogin(user: request.hostSSHUser, keys: request.hostSSHKeys)
        keys = request.containerSSHKeys
        hadCredentials = !request.registryUsername.isEmpty || !request.registryPassword.isEmpty
        if let address {
            network = .host(address: address)
        } else if let run = request.runID {
            network = .run(name: "dstack-\(run)")
        } else {
            network = .bridge
        }
    }

    /// What no container can be given here; nil where all can.
    static func refusal(of request: ShimTaskRequest) -> String? {
        if let volume = request.volumes.first {
            return "volume '\(volume.name)': this shim attaches no network volumes; use an instance volume"
        }
        if let mount = request.volumeMounts.first {
            return "volume mount '\(mount.path)': this shim attaches no network volumes; use an instance volume"
        }
        for mount in request.instanceMounts where !mount.instancePath.hasPrefix("/") || !mount.path.hasPrefix("/") {
            return "instance volume '\(mount.instancePath):\(mount.path)': both paths must be absolute"
        }
        return nil
    }
}
