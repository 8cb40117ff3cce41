import Wire

/// One submission of one job as the store keeps it. `JobActor` is the only writer after the insert.
public struct JobRecord: Sendable, Equatable {
    /// The submission's id, which is also the task's id in the shim.
    public let id: String
    public let runID: String
    public let projectID: String
    /// Run's name, job's number and replica's number: `run-0-0`.
    public let name: String
    public let jobNum: Int
    public let replicaNum: Int
    /// 0 for the first submission of this job.
    public let submissionNum: Int
    /// Which of the run's deployments it belongs to; the run's actor writes it, never the job's.
    public var deploymentNum: Int
    public let submittedAt: Timestamp
    public var status: JobStatus
    public var terminationReason: JobTerminationReason?
    public var terminationMessage: String?
    public var exitStatus: Int?
    public var lastProcessedAt: Timestamp
    public var finishedAt: Timestamp?
    public var instanceID: String?
    /// `JobProvisioningData` as JSON, once placed.
    public var provisioningData: [UInt8]?
    /// `JobRuntimeData` as JSON, once placed.
    public var runtimeData: [UInt8]?
    /// The job's specification as JSON; sealed at rest, since its environment may hold secrets.
    public let spec: [UInt8]
    /// The job machine's state as JSON.
    public var state: [UInt8]
    /// Counts the checkpoints: a write is accepted only over the version it was made from.
    public var version: Int

    public init(
        id: String, runID: String, projectID: String, name: String, jobNum: Int, replicaNum: Int,
        submissionNum: Int, deploymentNum: Int = 0, submittedAt: Timestamp, status: JobStatus = .submitted,
        terminationReason: JobTerminationReason? = nil, terminationMessage: String? = nil, exitStatus: Int? = nil,
        lastProcessedAt: Timestamp? = nil, finishedAt: Timestamp? = nil, instanceID: String? = nil,
        provisioningData: [UInt8]? = nil, runtimeData: [UInt8]? = nil, spec: [UInt8], state: [UInt8],
        version: Int = 0
    ) {
        self.id = id
        self.runID = runID
        self.projectID = projectID
        self.name = name
        self.jobNum = jobNum
        self.replicaNum = replicaNum
        self.submissionNum = submissionNum
        self.deploymentNum = deploymentNum
        self.submittedAt = submittedAt
        self.status = status
        self.terminationReason = terminationReason
        self.terminationMessage = terminationMessage
        self.exitStatus = exitStatus
        self.lastProcessedAt = lastProcessedAt ?? submittedAt
        self.finishedAt = finishedAt
        self.instanceID = instanceID
        self.provisioningData = provisioningData
        self.runtimeData = runtimeData
        self.spec = spec
        self.state = state
        self.version = version
    }
}
