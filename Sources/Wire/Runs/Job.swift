/// One job of a run with its submissions, oldest first.
public struct Job: Codable, Sendable, Hashable {
    /// What the job is to run.
    public var jobSpec: JobSpec
    /// The attempts, oldest first.
    public var jobSubmissions: [JobSubmission]
    /// How to connect to the job.
    public var jobConnectionInfo: JobConnectionInfo?

    public init(
        jobSpec: JobSpec, jobSubmissions: [JobSubmission], jobConnectionInfo: JobConnectionInfo? = nil
    ) {
        self.jobSpec = jobSpec
        self.jobSubmissions = jobSubmissions
        self.jobConnectionInfo = jobConnectionInfo
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case jobSpec = "job_spec"
        case jobSubmissions = "job_submissions"
        case jobConnectionInfo = "job_connection_info"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        jobSpec = try fields.required(.jobSpec)
        jobSubmissions = try fields.required(.jobSubmissions)
        jobConnectionInfo = try fields.optional(.jobConnectionInfo)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(jobSpec, forKey: .jobSpec)
        try container.encode(jobSubmissions, forKey: .jobSubmissions)
        try container.encode(jobConnectionInfo, forKey: .jobConnectionInfo)
    }
}
