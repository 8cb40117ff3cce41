import Wire

/// Where a run stands.
///
/// ```
///            ┌──────── retry due ◀── waiting ◀── retryable failure ─┐
///            ▼                          │ stopped                   │
/// active ────┴── all done, failed, stopped ──▶ terminating ──▶ finished
///    ▲                                          │                ▲
///    │               done or failed, and a      ▼                │
///    └── start due ──── moment follows ──── scheduled ── stopped ┘
/// ```
///
/// A run with a schedule begins as `scheduled`, and goes back to it from every end but its user's.
public enum RunPhase: Sendable, Equatable, Codable {
    /// Jobs live.
    case active
    /// No job lives; the next attempt is made at this moment.
    case waiting(until: Timestamp)
    /// No job lives; the jobs are submitted at this moment of the schedule.
    case scheduled(at: Timestamp)
    /// The end is decided; jobs that still live are told.
    case terminating(RunTerminationReason)
    /// Nothing follows.
    case finished(RunTerminationReason)
}

/// The latest submission of one job of a run.
public struct JobTrack: Sendable, Equatable, Codable {
    public var replicaNum: Int
    public var jobNum: Int
    /// Id of the latest submission.
    public var jobID: String
    public var submissionNum: Int
    public var status: JobStatus
    public var reason: JobTerminationReason?
    /// Last change of the latest submission that had got an instance, over all submissions.
    public var provisionedAt: Timestamp?
    /// Whether the latest submission had got an instance.
    public var wasProvisioned: Bool
    /// Last change of the latest submission.
    public var changedAt: Timestamp
    /// Whether the run asked the latest submission to end.
    public var isStopping: Bool

    public init(
        replicaNum: Int, jobNum: Int, jobID: String, submissionNum: Int = 0, status: JobStatus = .submitted,
        reason: JobTerminationReason? = nil, provisionedAt: Timestamp? = nil,
        wasProvisioned: Bool = false, changedAt: Timestamp, isStopping: Bool = false
    ) {
        self.replicaNum = replicaNum
        self.jobNum = jobNum
        self.jobID = jobID
        self.submissionNum = submissionNum
        self.status = status
        self.reason = reason
        self.provisionedAt = provisionedAt
        self.wasProvisioned = wasProvisioned
        self.changedAt = changedAt
        self.isStopping = isStopping
    }

    /// Whether the latest submission ended in a way that a run survives.
    var isFine: Bool { reason == .doneByRunner || reason == .scaledDown }
}

/// What can happen to a run.
public enum RunEvent: Sendable, Equatable {
    /// A job submission has a new status.
    case jobChanged(JobUpdate)
    /// Somebody wants the run to end.
    case stop(RunStop)
    /// Somebody changed the run's specification.
    case update(RunUpdate)
    /// The moment of the next attempt came.
    case retryDue
    /// The moment of the schedule came.
    case startDue
}

/// What a run's transition asks for, beside its new state. All of it goes into the same checkpoint.
public struct RunOutcome: Sendable, Equatable {
    /// Whether there is a new state to checkpoint.
    public var isChanged = false
    /// New submissions to write and start.
    public var submissions: [NewSubmission] = []
    /// Job submissions to tell that they end.
    public var stops: [JobStopOrder] = []
    /// What became of each update; the last that was taken holds.
    public var updates: [UpdateVerdict] = []
    /// The moment of the schedule whose jobs are submitted.
    public var start: Timestamp?
    /// How the jobs of the last moment ended, where the run waits for the next one now.
    public var roundEnd: RunTerminationReason?

    mutating func append(_ other: RunOutcome) {
        isChanged = isChanged || other.isChanged
        submissions += other.submissions
        stops += other.stops
        updates += other.updates
        start = other.start ?? start
        roundEnd = other.roundEnd ?? roundEnd
    }

    public struct NewSubmission: Sendable, Equatable {
        public var replicaNum: Int
        public var jobNum: Int
        public var submissionNum: Int
        public var jobID: String
    }

    public struct JobStopOrder: Sendable, Equatable {
        public var jobID: String
        public var stop: JobStop
    }
}
