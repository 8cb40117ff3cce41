import FoundationEssentials

/// Answer of the runner's `GET /api/pull`, which dstack's server polls.
public struct RunnerPullResponse: Codable, Sendable, Equatable {
    public var jobStates: [RunnerState]
    /// The job's output without a terminal's control sequences.
    public var jobLogs: [RunnerLogEvent]
    public var runnerLogs: [RunnerLogEvent]
    /// What to ask for next time: nothing up to this stamp is told again.
    public var lastUpdated: Int64
    /// Seconds without an SSH connection into the job; nil from a runner that has no SSH server.
    public var noConnectionsSecs: Int64?
    /// Whether there is or may be something to tell after this.
    public var hasMore: Bool

    public init(
        jobStates: [RunnerState], jobLogs: [RunnerLogEvent], runnerLogs: [RunnerLogEvent], lastUpdated: Int64,
        noConnectionsSecs: Int64? = nil, hasMore: Bool
    ) {
        self.jobStates = jobStates
        self.jobLogs = jobLogs
        self.runnerLogs = runnerLogs
        self.lastUpdated = lastUpdated
        self.noConnectionsSecs = noConnectionsSecs
        self.hasMore = hasMore
    }

    enum CodingKeys: String, CodingKey {
        case jobStates = "job_states"
        case jobLogs = "job_logs"
        case runnerLogs = "runner_logs"
        case lastUpdated = "last_updated"
        case noConnectionsSecs = "no_connections_secs"
        case hasMore = "has_more"
    }
}

/// A piece of a log in `/api/pull`.
public struct RunnerLogEvent: Codable, Sendable, Equatable {
    /// Milliseconds since the epoch, unique and increasing over all states and logs of a runner.
    public var timestamp: Int64
    /// Base64 on the wire.
    public var message: Data

    public init(timestamp: Int64, message: Data) {
        self.timestamp = timestamp
        self.message = message
    }
}
