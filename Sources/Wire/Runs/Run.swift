/// A run as the server tells it.
public struct Run: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String
    /// The name of the project.
    public var projectName: String
    /// The name of the user.
    public var user: String
    /// The fleet that the run was placed in.
    public var fleet: RunFleet?
    /// When it was submitted.
    public var submittedAt: Timestamp
    /// When something last happened to it.
    public var lastProcessedAt: Timestamp
    /// What state it is in.
    public var status: RunStatus
    /// The state in words, as clients show it.
    public var statusMessage: String
    /// Why it ended; nil also for a reason that is not known here.
    public var terminationReason: RunTerminationReason?
    /// What the user asked for.
    public var runSpec: RunSpec
    /// The jobs of the run, its latest replicas.
    public var jobs: [Job]
    /// The newest submission of the run's last job.
    public var latestJobSubmission: JobSubmission?
    /// The price of the run so far, in dollars.
    public var cost: Double
    /// Where the service is to be reached, nil for other runs.
    public var service: ServiceSpec?
    /// Counts the updates of the run, from 0.
    public var deploymentNum: Int
    /// What went wrong in words, nil where the status says it.
    public var error: String?
    /// Whether the run was deleted.
    public var deleted: Bool?
    /// When the run is started next by its schedule.
    public var nextTriggeredAt: Timestamp?

    public init(
        id: String, projectName: String, user: String, fleet: RunFleet? = nil, submittedAt: Timestamp,
        lastProcessedAt: Timestamp, status: RunStatus, statusMessage: String = "",
        terminationReason: RunTerminationReason? = nil, runSpec: RunSpec, jobs: [Job],
        latestJobSubmission: JobSubmission? = nil, cost: Double = 0, service: ServiceSpec? = nil,
        deploymentNum: Int = 0, error: String? = nil, deleted: Bool? = nil, nextTriggeredAt: Timestamp? = nil
    ) {
        self.id = id
        self.projectName = projectName
        self.user = user
        self.fleet = fleet
        self.submittedAt = submittedAt
        self.lastProcessedAt = lastProcessedAt
        self.status = status
        self.statusMessage = statusMessage
        self.terminationReason = terminationReason
        self.runSpec = runSpec
        self.jobs = jobs
        self.latestJobSubmission = latestJobSubmission
        self.cost = cost
        self.service = service
        self.deploymentNum = deploymentNum
        self.error = error
        self.deleted = deleted
        self.nextTriggeredAt = nextTriggeredAt
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case projectName = "project_name"
        case user
        case fleet
        case submittedAt = "submitted_at"
        case lastProcessedAt = "last_processed_at"
        case status
        case statusMessage = "status_message"
        case terminationReason = "termination_reason"
        case runSpec = "run_spec"
        case jobs
        case latestJobSubmission = "latest_job_submission"
        case cost
        case service
        case deploymentNum = "deployment_num"
        case error
        case deleted
        case nextTriggeredAt = "next_triggered_at"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
        projectName = try fields.required(.projectName)
        user = try fields.required(.user)
        fleet = try fields.optional(.fleet)
        submittedAt = try fields.required(.submittedAt)
        lastProcessedAt = try fields.required(.lastProcessedAt)
        status = try fields.required(.status)
        statusMessage = try fields.value(.statusMessage, default: "")
        terminationReason = try fields.known(.terminationReason)
        runSpec = try fields.required(.runSpec)
        jobs = try fields.required(.jobs)
        latestJobSubmission = try fields.optional(.latestJobSubmission)
        cost = try fields.value(.cost, default: 0)
        service = try fields.optional(.service)
        deploymentNum = try fields.value(.deploymentNum, default: 0)
        error = try fields.optional(.error)
        deleted = try fields.optional(.deleted)
        nextTriggeredAt = try fields.optional(.nextTriggeredAt)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(user, forKey: .user)
        try container.encode(fleet, forKey: .fleet)
        try container.encode(submittedAt, forKey: .submittedAt)
        try container.encode(lastProcessedAt, forKey: .lastProcessedAt)
        try container.encode(status, forKey: .status)
        try container.encode(statusMessage, forKey: .statusMessage)
        try container.encode(terminationReason, forKey: .terminationReason)
        try container.encode(runSpec, forKey: .runSpec)
        try container.encode(jobs, forKey: .jobs)
        try container.encode(latestJobSubmission, forKey: .latestJobSubmission)
        try container.encode(cost, forKey: .cost)
        try container.encode(service, forKey: .service)
        try container.encode(deploymentNum, forKey: .deploymentNum)
        try container.encode(error, forKey: .error)
        try container.encode(deleted, forKey: .deleted)
        try container.encode(nextTriggeredAt, forKey: .nextTriggeredAt)
    }
}
