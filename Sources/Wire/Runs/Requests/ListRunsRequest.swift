/// Body of `runs/list`.
public struct ListRunsRequest: Codable, Sendable, Hashable {
    /// The name of the project.
    public var projectName: String?
    /// The id that the client chose for the repository; `none` for no repository.
    public var repoId: String?
    /// The name of the user.
    public var username: String?
    /// Only those that have not ended.
    public var onlyActive: Bool
    /// Whether the runs are told with their jobs.
    public var includeJobs: Bool
    /// How many submissions of each job are told at most, 0 to 10; nil for 10.
    public var jobSubmissionsLimit: Int?
    /// Go on behind the run submitted at this time.
    public var prevSubmittedAt: Timestamp?
    /// Go on behind the run of this id; goes with the time.
    public var prevRunId: String?
    /// How many are told at most.
    public var limit: Int
    /// Oldest first; newest first where false.
    public var ascending: Bool

    public init(
        projectName: String? = nil, repoId: String? = nil, username: String? = nil, onlyActive: Bool = false,
        includeJobs: Bool = true, jobSubmissionsLimit: Int? = nil, prevSubmittedAt: Timestamp? = nil,
        prevRunId: String? = nil, limit: Int = 100, ascending: Bool = false
    ) {
        self.projectName = projectName
        self.repoId = repoId
        self.username = username
        self.onlyActive = onlyActive
        self.includeJobs = includeJobs
        self.jobSubmissionsLimit = jobSubmissionsLimit
        self.prevSubmittedAt = prevSubmittedAt
        self.prevRunId = prevRunId
        self.limit = limit
        self.ascending = ascending
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case projectName = "project_name"
        case repoId = "repo_id"
        case username
        case onlyActive = "only_active"
        case includeJobs = "include_jobs"
        case jobSubmissionsLimit = "job_submissions_limit"
        case prevSubmittedAt = "prev_submitted_at"
        case prevRunId = "prev_run_id"
        case limit
        case ascending
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        projectName = try fields.optional(.projectName)
        repoId = try fields.optional(.repoId)
        username = try fields.optional(.username)
        onlyActive = try fields.value(.onlyActive, default: false)
        includeJobs = try fields.value(.includeJobs, default: true)
        jobSubmissionsLimit = try fields.optional(.jobSubmissionsLimit)
        prevSubmittedAt = try fields.optional(.prevSubmittedAt)
        prevRunId = try fields.optional(.prevRunId)
        limit = try fields.value(.limit, default: 100)
        ascending = try fields.value(.ascending, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(repoId, forKey: .repoId)
        try container.encode(username, forKey: .username)
        try container.encode(onlyActive, forKey: .onlyActive)
        try container.encode(includeJobs, forKey: .includeJobs)
        try container.encode(jobSubmissionsLimit, forKey: .jobSubmissionsLimit)
        try container.encode(prevSubmittedAt, forKey: .prevSubmittedAt)
        try container.encode(prevRunId, forKey: .prevRunId)
        try container.encode(limit, forKey: .limit)
        try container.encode(ascending, forKey: .ascending)
    }
}
