/// Status of a task in the shim, as on the wire of dstack 0.22.5.
public enum ShimTaskStatus: String, Codable, Sendable, CaseIterable {
    case pending, preparing, pulling, creating, running, terminated
}

/// A task as the shim tells it: dstack's `TaskInfoResponse` and our optional additions.
public struct ShimTask: Codable, Sendable, Equatable {
    /// The job submission's id.
    public var id: String
    public var status: ShimTaskStatus
    /// A `JobTerminationReason`'s raw value, empty while the task lives.
    public var terminationReason: String
    public var terminationMessage: String
    /// Container ports mapped to the host; nil while unknown, empty with the host's network.
    public var ports: [ShimPortMapping]?
    public var imagePullProgress: ImagePullProgress?
    /// Ours: where the host reaches the task, without port: a process's own loopback address, a container's address.
    public var address: String?
    /// Ours: where other tasks of the same run reach this one; `address` where it is not told.
    public var nodeAddress: String?
    /// Ours: the port on `address` where the runner answers.
    public var runnerPort: Int?
    /// Ours: `process` or `docker`.
    public var runtime: String?
    /// Ours: exit status of the task's main process, once it ended.
    public var exitStatus: Int?
    /// Ours: the shim's count of changes when this task changed last.
    public var seq: Int?

    public init(
        id: String, status: ShimTaskStatus, terminationReason: String = "", terminationMessage: String = "",
        ports: [ShimPortMapping]? = nil, imagePullProgress: ImagePullProgress? = nil, address: String? = nil,
        nodeAddress: String? = nil, runnerPort: Int? = nil, runtime: String? = nil, exitStatus: Int? = nil,
        seq: Int? = nil
    ) {
        self.id = id
        self.status = status
        self.terminationReason = terminationReason
        self.terminationMessage = terminationMessage
        self.ports = ports
        self.imagePullProgress = imagePullProgress
        self.address = address
        self.nodeAddress = nodeAddress
        self.runnerPort = runnerPort
        self.runtime = runtime
        self.exitStatus = exitStatus
        self.seq = seq
    }

    enum CodingKeys: String, CodingKey {
        case id, status, ports, address, runtime, seq
        case terminationReason = "termination_reason"
        case terminationMessage = "termination_message"
        case imagePullProgress = "image_pull_progress"
        case nodeAddress = "node_address"
        case runnerPort = "runner_port"
        case exitStatus = "exit_status"
    }
}

/// A container's port and the host's port that leads to it.
public struct ShimPortMapping: Codable, Sendable, Equatable {
    public var host: Int
    public var container: Int

    public init(host: Int, container: Int) {
        self.host = host
        self.container = container
    }
}
