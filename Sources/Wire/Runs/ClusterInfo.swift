/// The addresses and GPUs of a multi-node run's jobs.
public struct ClusterInfo: Codable, Sendable, Hashable {
    /// The private addresses of the jobs, in the order of their numbers.
    public var jobIps: [String]
    /// The private address of job 0.
    public var masterJobIp: String
    /// How many GPUs the job has.
    public var gpusPerJob: Int
    /// How many GPUs each node has, in the order of `jobIps`.
    public var gpusPerNode: [Int]

    public init(
        jobIps: [String], masterJobIp: String, gpusPerJob: Int, gpusPerNode: [Int] = []
    ) {
        self.jobIps = jobIps
        self.masterJobIp = masterJobIp
        self.gpusPerJob = gpusPerJob
        self.gpusPerNode = gpusPerNode
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case jobIps = "job_ips"
        case masterJobIp = "master_job_ip"
        case gpusPerJob = "gpus_per_job"
        case gpusPerNode = "gpus_per_node"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        jobIps = try fields.required(.jobIps)
        masterJobIp = try fields.required(.masterJobIp)
        gpusPerJob = try fields.required(.gpusPerJob)
        gpusPerNode = try fields.value(.gpusPerNode, default: [])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(jobIps, forKey: .jobIps)
        try container.encode(masterJobIp, forKey: .masterJobIp)
        try container.encode(gpusPerJob, forKey: .gpusPerJob)
        try container.encode(gpusPerNode, forKey: .gpusPerNode)
    }
}
