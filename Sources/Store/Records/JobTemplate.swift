/// A job of a run that is submitted by schedule, as planning made it: what its first submission is made from.
public struct JobTemplate: Sendable, Equatable {
    public let runID: String
    public let replicaNum: Int
    public let jobNum: Int
    public let name: String
    /// The job's specification as JSON; sealed at rest, as a job's own.
    public let spec: [UInt8]
    /// The state of a job machine as JSON, of which the policy counts.
    public let state: [UInt8]

    public init(runID: String, replicaNum: Int, jobNum: Int, name: String, spec: [UInt8], state: [UInt8]) {
        self.runID = runID
        self.replicaNum = replicaNum
        self.jobNum = jobNum
        self.name = name
        self.spec = spec
        self.state = state
    }

    /// What the next submission of a job is made from.
    public init(_ job: JobRecord) {
        self.init(
            runID: job.runID, replicaNum: job.replicaNum, jobNum: job.jobNum, name: job.name, spec: job.spec,
            state: job.state)
    }
}
