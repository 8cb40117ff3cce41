/// Body of the shim's `POST /api/tasks`, as dstack 0.22.5 sends it.
public struct ShimTaskRequest: Codable, Sendable, Equatable {
    /// The job submission's id: the shim runs a task of one id once.
    public var id: String
    public var name: String
    public var registryUsername: String
    public var registryPassword: String
    /// Empty asks for the process runtime.
    public var imageName: String
    public var containerUser: String
    public var privileged: Bool
    /// GPUs to hand over; -1 means all.
    public var gpu: Int
    /// CPUs; 0 means all.
    public var cpu: Double
    /// Bytes; 0 means no limit.
    public var memory: Int
    /// Bytes; 0 means the runtime's default.
    public var shmSize: Int
    /// `host` or `bridge`.
    public var networkMode: String
    public var volumes: [ShimVolume]
    public var volumeMounts: [ShimVolumeMount]
    public var instanceMounts: [ShimInstanceMount]
    public var gpuDevices: [ShimGPUDevice]
    public var hostSSHUser: String
    public var hostSSHKeys: [String]
    public var containerSSHKeys: [String]
    /// Ours: the run's id where it has several jobs: its containers share a network.
    public var runID: String?
    /// Ours: false where the caller reaches a container by its own address, so that no port of the host is needed.
    public var publishPorts: Bool?
    /// Ours: whether a port of the host's loopback is to lead to the SSH server of the job, for clients that come through
    /// the host's own.
    public var publishSSH: Bool?

    public init(
        id: String, name: String, registryUsername: String = "", registryPassword: String = "",
        imageName: String = "", containerUser: String = "", privileged: Bool = false, gpu: Int = -1,
        cpu: Double = 0, memory: Int = 0, shmSize: Int = 0, networkMode: String = "host",
        volumes: [ShimVolume] = [], volumeMounts: [ShimVolumeMount] = [], instanceMounts: [ShimInstanceMount] = [],
        gpuDevices: [ShimGPUDevice] = [], hostSSHUser: String = "", hostSSHKeys: [String] = [],
        containerSSHKeys: [String] = [], runID: String? = nil, publishPorts: Bool? = nil, publishSSH: Bool? = nil
    ) {
        self.id = id
        self.name = name
        self.registryUsername = registryUsername
        self.registryPassword = registryPassword
        self.imageName = imageName
        self.containerUser = containerUser
        self.privileged = privileged
        self.gpu = gpu
        self.cpu = cpu
        self.memory = memory
        self.shmSize = shmSize
        self.networkMode = networkMode
        self.volumes = volumes
        self.volumeMounts = volumeMounts
        self.instanceMounts = instanceMounts
        self.gpuDevices = gpuDevices
        self.hostSSHUser = hostSSHUser
        self.hostSSHKeys = hostSSHKeys
        self.containerSSHKeys = containerSSHKeys
        self.runID = runID
        self.publishPorts = publishPorts
        self.publishSSH = publishSSH
    }

    enum CodingKeys: String, CodingKey {
        case id, name, privileged, gpu, cpu, memory, volumes
        case registryUsername = "registry_username"
        case registryPassword = "registry_password"
        case imageName = "image_name"
        case containerUser = "container_user"
        case shmSize = "shm_size"
        case networkMode = "network_mode"
        case volumeMounts = "volume_mounts"
        case instanceMounts = "instance_mounts"
        case gpuDevices = "gpu_devices"
        case hostSSHUser = "host_ssh_user"
        case hostSSHKeys = "host_ssh_keys"
        case containerSSHKeys = "container_ssh_keys"
        case runID = "run_id"
        case publishPorts = "publish_ports"
        case publishSSH = "publish_ssh"
    }
}

/// As in dstack, what is missing or null takes its zero value: only id and name are checked, by the shim.
extension ShimTaskRequest {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, _ missing: Value) throws -> Value {
            try values.decodeIfPresent(Value.self, forKey: key) ?? missing
        }
        self.init(
            id: try value(.id, ""), name: try value(.name, ""),
            registryUsername: try value(.registryUsername, ""), registryPassword: try value(.registryPassword, ""),
            imageName: try value(.imageName, ""), containerUser: try value(.containerUser, ""),
            privileged: try value(.privileged, false), gpu: try value(.gpu, 0), cpu: try value(.cpu, 0),
            memory: try value(.memory, 0), shmSize: try value(.shmSize, 0),
            networkMode: try value(.networkMode, ""), volumes: try value(.volumes, []),
            volumeMounts: try value(.volumeMounts, []), instanceMounts: try value(.instanceMounts, []),
            gpuDevices: try value(.gpuDevices, []), hostSSHUser: try value(.hostSSHUser, ""),
            hostSSHKeys: try value(.hostSSHKeys, []), containerSSHKeys: try value(.containerSSHKeys, []),
            runID: try values.decodeIfPresent(String.self, forKey: .runID),
            publishPorts: try values.decodeIfPresent(Bool.self, forKey: .publishPorts),
            publishSSH: try values.decodeIfPresent(Bool.self, forKey: .publishSSH))
    }
}

/// A network volume for the shim to attach.
public struct ShimVolume: Codable, Sendable, Equatable {
    public var backend: String
    public var name: String
    public var volumeID: String
    public var initFS: Bool
    public var deviceName: String?

    enum CodingKeys: String, CodingKey {
        case backend, name
        case volumeID = "volume_id"
        case initFS = "init_fs"
        case deviceName = "device_name"
    }
}

/// Where a volume appears in the container.
public struct ShimVolumeMount: Codable, Sendable, Equatable {
    public var name: String
    public var path: String
}

/// A host's directory and where it appears in the container.
public struct ShimInstanceMount: Codable, Sendable, Equatable {
    public var instancePath: String
    public var path: String

    public init(instancePath: String, path: String) {
        self.instancePath = instancePath
        self.path = path
    }

    enum CodingKeys: String, CodingKey {
        case path
        case instancePath = "instance_path"
    }
}

/// A GPU's device file on the host and in the container.
public struct ShimGPUDevice: Codable, Sendable, Equatable {
    public var pathOnHost: String
    public var pathInContainer: String

    enum CodingKeys: String, CodingKey {
        case pathOnHost = "path_on_host"
        case pathInContainer = "path_in_container"
    }
}
