import Wire

/// What others tell a run in a stored message.
public enum RunMessage: Codable, Equatable, Sendable {
    /// A job submission has a new status.
    case jobChanged(JobUpdate)
    /// A user, or the server, wants the run to end.
    case stop(RunStop)
    /// A user changed what can be changed while the run lives.
    case update(RunUpdate)
}

/// A job submission's new status.
public struct JobUpdate: Codable, Equatable, Sendable {
    public var jobID: String
    public var status: JobStatus
    public var reason: JobTerminationReason?
    public var exitStatus: Int?
    /// The fleet that the job was placed on, with the status that follows from it.
    public var fleetID: String?
    public var at: Timestamp

    public init(
        jobID: String, status: JobStatus, reason: JobTerminationReason? = nil, exitStatus: Int? = nil,
        fleetID: String? = nil, at: Timestamp
    ) {
        self.jobID = jobID
        self.fleetID = fleetID
        self.status = status
        self.reason = reason
        self.exitStatus = exitStatus
        self.at = at
    }
}

/// A request to end a run.
public struct RunStop: Codable, Equatable, Sendable {
    /// Whether the jobs' runners are not asked.
    public var isAbort: Bool
    /// Who asked, nil for the server.
    public var userID: String?

    public init(isAbort: Bool, userID: String? = nil) {
        self.isAbort = isAbort
        self.userID = userID
    }
}
