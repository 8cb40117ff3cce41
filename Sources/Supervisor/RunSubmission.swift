import JobActors
import Store
import Wire

/// A run to write and start, as planning made it from a specification.
public struct RunSubmission: Sendable {
    public var projectID: String
    public var userID: String
    public var name: String
    public var priority: Int
    public var fleetID: String?
    /// The run's specification as JSON.
    public var spec: [UInt8]
    public var policy: RunPolicy
    public var jobs: [JobDraft]
    /// A finished run of the same name that this one takes the name from.
    public var replaces: RunRecord?

    /// One job of the run.
    public struct JobDraft: Sendable {
        public var jobNum: Int
        public var replicaNum: Int
        public var name: String
        /// The job's specification as JSON.
        public var spec: [UInt8]
        public var policy: JobPolicy

        public init(jobNum: Int, replicaNum: Int, name: String, spec: [UInt8], policy: JobPolicy) {
            self.jobNum = jobNum
            self.replicaNum = replicaNum
            self.name = name
            self.spec = spec
            self.policy = policy
        }
    }

    public init(
        projectID: String, userID: String, name: String, priority: Int = 0, fleetID: String? = nil, spec: [UInt8],
        policy: RunPolicy, jobs: [JobDraft], replaces: RunRecord? = nil
    ) {
        self.projectID = projectID
        self.userID = userID
        self.name = name
        self.priority = priority
        self.fleetID = fleetID
        self.spec = spec
        self.policy = policy
        self.jobs = jobs
        self.replaces = replaces
    }
}
