/// Body of `logs/poll`.
public struct PollLogsRequest: Codable, Sendable, Hashable {
    /// The name of the run.
    public var runName: String
    /// The submission whose log is asked for.
    public var jobSubmissionId: String
    /// Only what was logged after this time.
    public var startTime: Timestamp?
    /// Only what was logged before this time.
    public var endTime: Timestamp?
    /// Newest first.
    public var descending: Bool
    /// Where to go on; nil at the end.
    public var nextToken: String?
    /// How many are told at most.
    public var limit: Int
    /// The runner's own log instead of the job's.
    public var diagnose: Bool

    public init(
        runName: String, jobSubmissionId: String, startTime: Timestamp? = nil, endTime: Timestamp? = nil,
        descending: Bool = false, nextToken: String? = nil, limit: Int = 100, diagnose: Bool = false
    ) {
        self.runName = runName
        self.jobSubmissionId = jobSubmissionId
        self.startTime = startTime
        self.endTime = endTime
        self.descending = descending
        self.nextToken = nextToken
        self.limit = limit
        self.diagnose = diagnose
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case runName = "run_name"
        case jobSubmissionId = "job_submission_id"
        case startTime = "start_time"
        case endTime = "end_time"
        case descending
        case nextToken = "next_token"
        case limit
        case diagnose
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        runName = try fields.required(.runName)
        jobSubmissionId = try fields.required(.jobSubmissionId)
        startTime = try fields.optional(.startTime)
        endTime = try fields.optional(.endTime)
        descending = try fields.value(.descending, default: false)
        nextToken = try fields.optional(.nextToken)
        limit = try fields.value(.limit, default: 100)
        diagnose = try fields.value(.diagnose, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runName, forKey: .runName)
        try container.encode(jobSubmissionId, forKey: .jobSubmissionId)
        try container.encode(startTime, forKey: .startTime)
        try container.encode(endTime, forKey: .endTime)
        try container.encode(descending, forKey: .descending)
        try container.encode(nextToken, forKey: .nextToken)
        try container.encode(limit, forKey: .limit)
        try container.encode(diagnose, forKey: .diagnose)
    }
}
