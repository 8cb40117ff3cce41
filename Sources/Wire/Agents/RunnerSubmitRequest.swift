/// Body of the runner's `POST /api/submit`: the part of the official body that a runner reads.
public struct RunnerSubmitRequest: Codable, Sendable, Equatable {
    public var run: RunnerRun
    public var jobSpec: RunnerJobSpec
    public var jobSubmission: RunnerJobSubmission
    public var clusterInfo: RunnerClusterInfo?
    public var secrets: [String: String]?
    /// Where the repository is cloned from, and what opens it.
    public var repoCredentials: RemoteRepoCreds?
    /// Bytes of log output allowed in an hour; nil or 0 means no limit.
    public var logQuotaHour: Int?

    public init(
        run: RunnerRun, jobSpec: RunnerJobSpec, jobSubmission: RunnerJobSubmission,
        clusterInfo: RunnerClusterInfo? = nil, secrets: [String: String]? = nil,
        repoCredentials: RemoteRepoCreds? = nil, logQuotaHour: Int? = nil
    ) {
        self.run = run
        self.jobSpec = jobSpec
        self.jobSubmission = jobSubmission
        self.clusterInfo = clusterInfo
        self.secrets = secrets
        self.repoCredentials = repoCredentials
        self.logQuotaHour = logQuotaHour
    }

    enum CodingKeys: String, CodingKey {
        case run, secrets
        case jobSpec = "job_spec"
        case jobSubmission = "job_submission"
        case clusterInfo = "cluster_info"
        case repoCredentials = "repo_credentials"
        case logQuotaHour = "log_quota_hour"
    }
}

/// The run that a job belongs to.
public struct RunnerRun: Codable, Sendable, Equatable {
    public var id: String
    public var runSpec: RunnerRunSpec

    public init(id: String, runSpec: RunnerRunSpec) {
        self.id = id
        self.runSpec = runSpec
    }

    enum CodingKeys: String, CodingKey {
        case id
        case runSpec = "run_spec"
    }
}

/// What a runner reads of a run's specification.
public struct RunnerRunSpec: Codable, Sendable, Equatable {
    public var runName: String
    public var repoID: String?

    public init(runName: String, repoID: String? = nil) {
        self.runName = runName
        self.repoID = repoID
    }

    enum CodingKeys: String, CodingKey {
        case runName = "run_name"
        case repoID = "repo_id"
    }
}

/// The submission that a runner executes.
public struct RunnerJobSubmission: Codable, Sendable, Equatable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

/// Addresses and GPUs of all nodes of a run.
public struct RunnerClusterInfo: Codable, Sendable, Equatable {
    public var jobIPs: [String]
    public var masterJobIP: String
    public var gpusPerJob: Int
    public var gpusPerNode: [Int]

    public init(jobIPs: [String], masterJobIP: String, gpusPerJob: Int = 0, gpusPerNode: [Int] = []) {
        self.jobIPs = jobIPs
        self.masterJobIP = masterJobIP
        self.gpusPerJob = gpusPerJob
        self.gpusPerNode = gpusPerNode
    }

    /// Older servers leave out the GPUs of each node.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        jobIPs = try container.decode([String].self, forKey: .jobIPs)
        masterJobIP = try container.decode(String.self, forKey: .masterJobIP)
        gpusPerJob = try container.decode(Int.self, forKey: .gpusPerJob)
        gpusPerNode = try container.decodeIfPresent([Int].self, forKey: .gpusPerNode) ?? []
    }

    enum CodingKeys: String, CodingKey {
        case jobIPs = "job_ips"
        case masterJobIP = "master_job_ip"
        case gpusPerJob = "gpus_per_job"
        case gpusPerNode = "gpus_per_node"
    }
}
