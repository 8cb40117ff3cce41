import Wire

/// What an event tells: the history of a row.
public enum EventKind: String, Codable, Sendable {
    /// A transition of a run.
    case run
    /// A transition of a job submission.
    case job
    /// A transition of an instance.
    case instance
    /// A change of a fleet.
    case fleet
    /// A change of a secret.
    case secret
    /// A change of a user, which is in no project.
    case user
    /// A fact worth knowing that changes no status.
    case note
}

/// An event before the store numbers it.
public struct EventDraft: Sendable, Equatable {
    /// UUIDv7.
    public var id: String
    public var kind: EventKind
    public var recordedAt: Timestamp
    /// nil where it is of no project.
    public var projectID: String?
    /// Who caused it, nil for the system.
    public var actorUserID: String?
    public var runID: String?
    public var runName: String?
    /// The job submission's id.
    public var jobID: String?
    public var jobName: String?
    public var jobNum: Int?
    public var replicaNum: Int?
    public var submissionNum: Int?
    public var instanceID: String?
    public var instanceName: String?
    /// Of the fleet, secret or user that it is about.
    public var subjectID: String?
    public var subjectName: String?
    public var from: String?
    public var to: String?
    public var reason: String?
    /// Attempt of the run, from 0.
    public var attempt: Int
    public var message: String

    public init(
        id: String, kind: EventKind, recordedAt: Timestamp, projectID: String?, actorUserID: String? = nil,
        runID: String? = nil, runName: String? = nil, jobID: String? = nil, jobName: String? = nil,
        jobNum: Int? = nil, replicaNum: Int? = nil, submissionNum: Int? = nil, instanceID: String? = nil,
        instanceName: String? = nil, subjectID: String? = nil, subjectName: String? = nil, from: String? = nil,
        to: String? = nil, reason: String? = nil, attempt: Int = 0, message: String
    ) {
        self.id = id
        self.kind = kind
        self.recordedAt = recordedAt
        self.projectID = projectID
        self.actorUserID = actorUserID
        self.runID = runID
        self.runName = runName
        self.jobID = jobID
        self.jobName = jobName
        self.jobNum = jobNum
        self.replicaNum = replicaNum
        self.submissionNum = submissionNum
        self.instanceID = instanceID
        self.instanceName = instanceName
        self.subjectID = subjectID
        self.subjectName = subjectName
        self.from = from
        self.to = to
        self.reason = reason
        self.attempt = attempt
        self.message = message
    }
}

/// What an event has before its words: where the store makes these, since it alone knows what a write changed.
public struct EventStamp: Sendable, Equatable {
    /// UUIDv7.
    public let id: String
    public let recordedAt: Timestamp
    /// Who caused it, nil for the system.
    public let actorUserID: String?

    public init(id: String, recordedAt: Timestamp, actorUserID: String? = nil) {
        self.id = id
        self.recordedAt = recordedAt
        self.actorUserID = actorUserID
    }
}

/// An event of the store's single, ever growing sequence.
public struct EventRecord: Sendable, Equatable {
    /// Position in the sequence over all projects, from 1.
    public let seq: Int64
    public let draft: EventDraft

    public init(seq: Int64, draft: EventDraft) {
        self.seq = seq
        self.draft = draft
    }
}
