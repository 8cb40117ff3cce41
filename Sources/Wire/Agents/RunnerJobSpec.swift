/// What a runner reads of a job's specification.
public struct RunnerJobSpec: Codable, Sendable, Equatable {
    public var replicaNum: Int
    public var jobNum: Int
    public var jobsPerReplica: Int
    /// The argument vector of the main process.
    public var commands: [String]
    public var env: [String: String]
    public var user: RunnerUser?
    /// Seconds of running after which the runner ends the job with `max_duration_exceeded`.
    public var maxDuration: Int?
    /// Ours: seconds between the request to stop and the force; nil means 10.
    public var stopDuration: Int?
    public var workingDir: String?
    public var repoDir: String?
    public var repoData: RunnerRepoData?
    /// Hash of the uploaded code, nil where the repository is taken as it is.
    public var repoCodeHash: String?
    /// What to do where the repository's directory is not empty; nil, from clients before 0.20, means skip.
    public var repoExistsAction: RepoExistsAction?
    /// Whether only the job's branch is cloned; nil means yes.
    public var singleBranch: Bool?
    public var fileArchives: [RunnerFileArchive]
    /// The run's own key pair, by which its nodes reach one another.
    public var sshKey: JobSSHKey?

    public init(
        replicaNum: Int = 0, jobNum: Int = 0, jobsPerReplica: Int = 1, commands: [String],
        env: [String: String] = [:], user: RunnerUser? = nil, maxDuration: Int? = nil, stopDuration: Int? = nil,
        workingDir: String? = nil, repoDir: String? = nil, repoData: RunnerRepoData? = nil,
        repoCodeHash: String? = nil, repoExistsAction: RepoExistsAction? = nil, singleBranch: Bool? = nil,
        fileArchives: [RunnerFileArchive] = [], sshKey: JobSSHKey? = nil
    ) {
        self.replicaNum = replicaNum
        self.jobNum = jobNum
        self.jobsPerReplica = jobsPerReplica
        self.commands = commands
        self.env = env
        self.user = user
        self.maxDuration = maxDuration
        self.stopDuration = stopDuration
        self.workingDir = workingDir
        self.repoDir = repoDir
        self.repoData = repoData
        self.repoCodeHash = repoCodeHash
        self.repoExistsAction = repoExistsAction
        self.singleBranch = singleBranch
        self.fileArchives = fileArchives
        self.sshKey = sshKey
    }

    /// What older servers leave out gets its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        replicaNum = try container.decodeIfPresent(Int.self, forKey: .replicaNum) ?? 0
        jobNum = try container.decode(Int.self, forKey: .jobNum)
        jobsPerReplica = try container.decodeIfPresent(Int.self, forKey: .jobsPerReplica) ?? 1
        commands = try container.decode([String].self, forKey: .commands)
        env = try container.decodeIfPresent([String: String].self, forKey: .env) ?? [:]
        user = try container.decodeIfPresent(RunnerUser.self, forKey: .user)
        maxDuration = try container.decodeIfPresent(Int.self, forKey: .maxDuration)
        stopDuration = try container.decodeIfPresent(Int.self, forKey: .stopDuration)
        workingDir = try container.decodeIfPresent(String.self, forKey: .workingDir)
        repoDir = try container.decodeIfPresent(String.self, forKey: .repoDir)
        repoData = try container.decodeIfPresent(RunnerRepoData.self, forKey: .repoData)
        repoCodeHash = try container.decodeIfPresent(String.self, forKey: .repoCodeHash)
        repoExistsAction = try container.decodeIfPresent(RepoExistsAction.self, forKey: .repoExistsAction)
        singleBranch = try container.decodeIfPresent(Bool.self, forKey: .singleBranch)
        fileArchives = try container.decodeIfPresent([RunnerFileArchive].self, forKey: .fileArchives) ?? []
        sshKey = try container.decodeIfPresent(JobSSHKey.self, forKey: .sshKey)
    }

    enum CodingKeys: String, CodingKey {
        case commands, env, user
        case replicaNum = "replica_num"
        case jobNum = "job_num"
        case jobsPerReplica = "jobs_per_replica"
        case maxDuration = "max_duration"
        case stopDuration = "stop_duration"
        case workingDir = "working_dir"
        case repoDir = "repo_dir"
        case repoData = "repo_data"
        case repoCodeHash = "repo_code_hash"
        case repoExistsAction = "repo_exists_action"
        case singleBranch = "single_branch"
        case fileArchives = "file_archives"
        case sshKey = "ssh_key"
    }
}

/// The user that a job runs as: by number, by name, or both.
public struct RunnerUser: Codable, Sendable, Equatable {
    public var uid: Int?
    public var username: String?
    public var gid: Int?
    public var groupname: String?

    public init(uid: Int? = nil, username: String? = nil, gid: Int? = nil, groupname: String? = nil) {
        self.uid = uid
        self.username = username
        self.gid = gid
        self.groupname = groupname
    }
}

/// An uploaded archive and where its files go.
public struct RunnerFileArchive: Codable, Sendable, Equatable {
    public var id: String
    /// Relative to the working directory, or absolute.
    public var path: String

    public init(id: String, path: String) {
        self.id = id
        self.path = path
    }
}

/// What a runner reads of where a job's code comes from.
public struct RunnerRepoData: Codable, Sendable, Equatable {
    /// `remote` (git), `local` or `virtual` (both: uploaded as a tar).
    public var repoType: String
    public var repoName: String?
    /// The branch to check out, nil for the repository's default one.
    public var repoBranch: String?
    /// The commit to check out, nil for the branch's newest.
    public var repoHash: String?
    /// Who the job's commits are by.
    public var repoConfigName: String?
    public var repoConfigEmail: String?

    public init(
        repoType: String, repoName: String? = nil, repoBranch: String? = nil, repoHash: String? = nil,
        repoConfigName: String? = nil, repoConfigEmail: String? = nil
    ) {
        self.repoType = repoType
        self.repoName = repoName
        self.repoBranch = repoBranch
        self.repoHash = repoHash
        self.repoConfigName = repoConfigName
        self.repoConfigEmail = repoConfigEmail
    }

    enum CodingKeys: String, CodingKey {
        case repoType = "repo_type"
        case repoName = "repo_name"
        case repoBranch = "repo_branch"
        case repoHash = "repo_hash"
        case repoConfigName = "repo_config_name"
        case repoConfigEmail = "repo_config_email"
    }
}
