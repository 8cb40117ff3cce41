import Wire

/// A change of status as the server's event stream tells it, with when and why.
public struct Transition: Codable, Sendable, Hashable {
    /// What changed.
    public enum Kind: String, Codable, Sendable {
        case run
        case job
        case instance
        /// Neither of these changed its status; `message` says what happened.
        case note

        /// A kind that a later server tells is a `note`.
        public init(from decoder: any Decoder) throws {
            self = Kind(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .note
        }
    }

    /// The place in the server's history: increasing, and what `since` takes.
    public var seq: Int64
    /// The event's id.
    public var id: String
    /// When the server recorded it.
    public var recordedAt: Timestamp
    /// The run that it belongs to, if any.
    public var runId: String?
    /// That run's name.
    public var runName: String?
    /// The job's name; `nil` for a run's event.
    public var jobName: String?
    /// The submission's id; `nil` for a run's event.
    public var jobSubmissionId: String?
    /// The job's replica; `nil` for a run's event.
    public var replicaNum: Int?
    /// The job's number in its replica; `nil` for a run's event.
    public var jobNum: Int?
    /// The submission's number; `nil` for a run's event.
    public var submissionNum: Int?
    /// What changed.
    public var kind: Kind
    /// The status before; `nil` for the first.
    public var from: String?
    /// The status now.
    public var to: String?
    /// The termination reason, once there is one.
    public var reason: String?
    /// The event in words.
    public var message: String?
    /// Which attempt at the run this is, from 0.
    public var attempt: Int?

    enum CodingKeys: String, CodingKey {
        case seq
        case id
        case recordedAt = "recorded_at"
        case runId = "run_id"
        case runName = "run_name"
        case jobName = "job_name"
        case jobSubmissionId = "job_submission_id"
        case replicaNum = "replica_num"
        case jobNum = "job_num"
        case submissionNum = "submission_num"
        case kind
        case from
        case to
        case reason
        case message
        case attempt
    }

    /// Creates a transition, for instance in a test.
    public init(
        seq: Int64, id: String = "", recordedAt: Timestamp, runId: String? = nil, runName: String? = nil,
        jobName: String? = nil, jobSubmissionId: String? = nil, replicaNum: Int? = nil, jobNum: Int? = nil,
        submissionNum: Int? = nil, kind: Kind, from: String? = nil, to: String? = nil, reason: String? = nil,
        message: String? = nil, attempt: Int? = nil
    ) {
        self.seq = seq
        self.id = id
        self.recordedAt = recordedAt
        self.runId = runId
        self.runName = runName
        self.jobName = jobName
        self.jobSubmissionId = jobSubmissionId
        self.replicaNum = replicaNum
        self.jobNum = jobNum
        self.submissionNum = submissionNum
        self.kind = kind
        self.from = from
        self.to = to
        self.reason = reason
        self.message = message
        self.attempt = attempt
    }

    /// Whether this is the run's last change of status.
    public var endsRun: Bool {
        kind == .run && to.flatMap(RunStatus.init(rawValue:))?.isFinished == true
    }
}
