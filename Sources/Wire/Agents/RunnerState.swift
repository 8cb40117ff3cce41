/// A state of the job as the runner tells it (`job_states` of `/api/pull`, state frames of `/api/stream`).
public struct RunnerState: Codable, Sendable, Equatable {
    /// Ours: names one life of the runner process; absent from an official runner.
    public var bootID: String?
    /// Ours: 1 for the first state of this runner, then one more each.
    public var seq: Int?
    /// Milliseconds since the epoch on the runner's clock: data, never an order.
    public var timestamp: Int64
    /// `running`, `done`, `failed` or `terminated` (or another `JobStatus`).
    public var state: JobStatus
    /// A `JobTerminationReason`'s raw value.
    public var terminationReason: String?
    public var terminationMessage: String?
    public var exitStatus: Int?

    public init(
        bootID: String? = nil, seq: Int? = nil, timestamp: Int64, state: JobStatus,
        terminationReason: String? = nil, terminationMessage: String? = nil, exitStatus: Int? = nil
    ) {
        self.bootID = bootID
        self.seq = seq
        self.timestamp = timestamp
        self.state = state
        self.terminationReason = terminationReason
        self.terminationMessage = terminationMessage
        self.exitStatus = exitStatus
    }

    enum CodingKeys: String, CodingKey {
        case seq, timestamp, state
        case bootID = "boot_id"
        case terminationReason = "termination_reason"
        case terminationMessage = "termination_message"
        case exitStatus = "exit_status"
    }
}

/// Answer of the runner's `POST /api/run`.
public struct RunnerJobInfo: Codable, Sendable, Equatable {
    /// The resolved working directory.
    public var workingDir: String
    /// The resolved user.
    public var username: String

    public init(workingDir: String, username: String) {
        self.workingDir = workingDir
        self.username = username
    }

    enum CodingKeys: String, CodingKey {
        case username
        case workingDir = "working_dir"
    }
}
