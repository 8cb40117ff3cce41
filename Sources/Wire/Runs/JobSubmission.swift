/// One attempt to run a job; a retry is a new one.
public struct JobSubmission: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String
    /// The number of the attempt, from 0.
    public var submissionNum: Int
    /// Counts the updates of the run, from 0.
    public var deploymentNum: Int
    /// When it was submitted.
    public var submittedAt: Timestamp
    /// When something last happened to it.
    public var lastProcessedAt: Timestamp
    /// When it ended.
    public var finishedAt: Timestamp?
    /// For how many seconds nobody has been connected.
    public var inactivitySecs: Int?
    /// What state it is in.
    public var status: JobStatus
    /// The state in words, as clients show it.
    public var statusMessage: String
    /// Why it ended; nil also for a reason that is not known here.
    public var terminationReason: JobTerminationReason?
    /// More on why it ended, in words.
    public var terminationReasonMessage: String?
    /// The exit status of the job's program, nil where it has none.
    public var exitStatus: Int?
    /// The instance that the job is on, once there is one.
    public var jobProvisioningData: JobProvisioningData?
    /// What came to be known when the job was placed.
    public var jobRuntimeData: JobRuntimeData?
    /// What went wrong in words, nil where the status says it.
    public var error: String?
    /// The states of the probes, in their order.
    public var probes: [Probe]
    /// How far the pull is, while there is one.
    public var imagePullProgress: ImagePullProgress?

    public init(
        id: String, submissionNum: Int, deploymentNum: Int = 0, submittedAt: Timestamp,
        lastProcessedAt: Timestamp, finishedAt: Timestamp? = nil, inactivitySecs: Int? = nil,
        status: JobStatus, statusMessage: String = "", terminationReason: JobTerminationReason? = nil,
        terminationReasonMessage: String? = nil, exitStatus: Int? = nil,
        jobProvisioningData: JobProvisioningData? = nil, jobRuntimeData: JobRuntimeData? = nil,
        error: String? = nil, probes: [Probe] = [], imagePullProgress: ImagePullProgress? = nil
    ) {
        self.id = id
        self.submissionNum = submissionNum
        self.deploymentNum = deploymentNum
        self.submittedAt = submittedAt
        self.lastProcessedAt = lastProcessedAt
        self.finishedAt = finishedAt
        self.inactivitySecs = inactivitySecs
        self.status = status
        self.statusMessage = statusMessage
        self.terminationReason = terminationReason
        self.terminationReasonMessage = terminationReasonMessage
        self.exitStatus = exitStatus
        self.jobProvisioningData = jobProvisioningData
        self.jobRuntimeData = jobRuntimeData
        self.error = error
        self.probes = probes
        self.imagePullProgress = imagePullProgress
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case submissionNum = "submission_num"
        case deploymentNum = "deployment_num"
        case submittedAt = "submitted_at"
        case lastProcessedAt = "last_processed_at"
        case finishedAt = "finished_at"
        case inactivitySecs = "inactivity_secs"
        case status
        case statusMessage = "status_message"
        case terminationReason = "termination_reason"
        case terminationReasonMessage = "termination_reason_message"
        case exitStatus = "exit_status"
        case jobProvisioningData = "job_provisioning_data"
        case jobRuntimeData = "job_runtime_data"
        case error
        case probes
        case imagePullProgress = "image_pull_progress"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
        submissionNum = try fields.required(.submissionNum)
        deploymentNum = try fields.value(.deploymentNum, default: 0)
        submittedAt = try fields.required(.submittedAt)
        lastProcessedAt = try fields.required(.lastProcessedAt)
        finishedAt = try fields.optional(.finishedAt)
        inactivitySecs = try fields.optional(.inactivitySecs)
        status = try fields.required(.status)
        statusMessage = try fields.value(.statusMessage, default: "")
        terminationReason = try fields.known(.terminationReason)
        terminationReasonMessage = try fields.optional(.terminationReasonMessage)
        exitStatus = try fields.optional(.exitStatus)
        jobProvisioningData = try fields.optional(.jobProvisioningData)
        jobRuntimeData = try fields.optional(.jobRuntimeData)
        error = try fields.optional(.error)
        probes = try fields.value(.probes, default: [])
        imagePullProgress = try fields.optional(.imagePullProgress)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(submissionNum, forKey: .submissionNum)
        try container.encode(deploymentNum, forKey: .deploymentNum)
        try container.encode(submittedAt, forKey: .submittedAt)
        try container.encode(lastProcessedAt, forKey: .lastProcessedAt)
        try container.encode(finishedAt, forKey: .finishedAt)
        try container.encode(inactivitySecs, forKey: .inactivitySecs)
        try container.encode(status, forKey: .status)
        try container.encode(statusMessage, forKey: .statusMessage)
        try container.encode(terminationReason, forKey: .terminationReason)
        try container.encode(terminationReasonMessage, forKey: .terminationReasonMessage)
        try container.encode(exitStatus, forKey: .exitStatus)
        try container.encode(jobProvisioningData, forKey: .jobProvisioningData)
        try container.encode(jobRuntimeData, forKey: .jobRuntimeData)
        try container.encode(error, forKey: .error)
        try container.encode(probes, forKey: .probes)
        try container.encode(imagePullProgress, forKey: .imagePullProgress)
    }
}
