/// Everything an agent needs to run one job of a run.
public struct JobSpec: Codable, Sendable, Hashable {
    /// The number of the replica, from 0.
    public var replicaNum: Int
    /// The number of the job in its replica, from 0.
    public var jobNum: Int
    /// The name of the job: run, job number and replica number.
    public var jobName: String
    /// How many jobs, that is nodes, a replica has.
    public var jobsPerReplica: Int
    /// The name of the job's replica group.
    public var replicaGroup: String
    /// The ports of the job's applications.
    public var appSpecs: [AppSpec]?
    /// The user in the container, nil for the image's.
    public var user: UnixUser?
    /// The program and its arguments.
    public var commands: [String]
    /// Environment variables.
    public var env: [String: String]
    /// No longer used.
    public var homeDir: String?
    /// The name of the container image; empty for a process without a container.
    public var imageName: String
    /// Whether the container gets all of the host's rights.
    public var privileged: Bool
    /// Whether only one branch of the repository is fetched.
    public var singleBranch: Bool?
    /// For how many seconds the job may run, nil for ever.
    public var maxDuration: Int?
    /// How many seconds a stop may take before the job is forced to end, nil for ever.
    public var stopDuration: Int?
    /// Ends the run where its GPUs are idle.
    public var utilizationPolicy: UtilizationPolicy?
    /// The credentials for the image's registry.
    public var registryAuth: RegistryAuth?
    /// What the instance must have.
    public var requirements: Requirements
    /// When the run is submitted again after a failure.
    public var retry: RetrySetting?
    /// What the run mounts.
    public var volumes: [MountPoint]?
    /// The key pair by which the run's nodes reach one another.
    public var sshKey: JobSSHKey?
    /// The directory that the commands start in.
    public var workingDir: String?
    /// The repository that the code comes from.
    public var repoData: RunRepoData?
    /// The hash of the uploaded difference or archive, nil for none.
    public var repoCodeHash: String?
    /// The path of the repository in the run.
    public var repoDir: String
    /// What to do where the path is taken.
    public var repoExistsAction: RepoExistsAction?
    /// The archives to unpack and where.
    public var fileArchives: [FileArchiveMapping]
    /// The port that the service listens on.
    public var servicePort: Int?
    /// The readiness probes.
    public var probes: [ProbeSpec]
    /// The number of the job's node group, from 0.
    public var nodeGroupIndex: Int
    /// The name of the job's node group.
    public var nodeGroupName: String
    /// The number of the node in its group, from 0.
    public var nodeGroupJobIndex: Int

    public init(
        replicaNum: Int = 0, jobNum: Int, jobName: String, jobsPerReplica: Int = 1,
        replicaGroup: String = "0", appSpecs: [AppSpec]? = nil, user: UnixUser? = nil, commands: [String],
        env: [String: String], homeDir: String? = nil, imageName: String, privileged: Bool = false,
        singleBranch: Bool? = nil, maxDuration: Int? = nil, stopDuration: Int? = nil,
        utilizationPolicy: UtilizationPolicy? = nil, registryAuth: RegistryAuth? = nil,
        requirements: Requirements, retry: RetrySetting? = nil, volumes: [MountPoint]? = nil,
        sshKey: JobSSHKey? = nil, workingDir: String? = nil, repoData: RunRepoData? = nil,
        repoCodeHash: String? = nil, repoDir: String = "/workflow",
        repoExistsAction: RepoExistsAction? = nil, fileArchives: [FileArchiveMapping] = [],
        servicePort: Int? = nil, probes: [ProbeSpec] = [], nodeGroupIndex: Int = 0,
        nodeGroupName: String = "0", nodeGroupJobIndex: Int = 0
    ) {
        self.replicaNum = replicaNum
        self.jobNum = jobNum
        self.jobName = jobName
        self.jobsPerReplica = jobsPerReplica
        self.replicaGroup = replicaGroup
        self.appSpecs = appSpecs
        self.user = user
        self.commands = commands
        self.env = env
        self.homeDir = homeDir
        self.imageName = imageName
        self.privileged = privileged
        self.singleBranch = singleBranch
        self.maxDuration = maxDuration
        self.stopDuration = stopDuration
        self.utilizationPolicy = utilizationPolicy
        self.registryAuth = registryAuth
        self.requirements = requirements
        self.retry = retry
        self.volumes = volumes
        self.sshKey = sshKey
        self.workingDir = workingDir
        self.repoData = repoData
        self.repoCodeHash = repoCodeHash
        self.repoDir = repoDir
        self.repoExistsAction = repoExistsAction
        self.fileArchives = fileArchives
        self.servicePort = servicePort
        self.probes = probes
        self.nodeGroupIndex = nodeGroupIndex
        self.nodeGroupName = nodeGroupName
        self.nodeGroupJobIndex = nodeGroupJobIndex
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case replicaNum = "replica_num"
        case jobNum = "job_num"
        case jobName = "job_name"
        case jobsPerReplica = "jobs_per_replica"
        case replicaGroup = "replica_group"
        case appSpecs = "app_specs"
        case user
        case commands
        case env
        case homeDir = "home_dir"
        case imageName = "image_name"
        case privileged
        case singleBranch = "single_branch"
        case maxDuration = "max_duration"
        case stopDuration = "stop_duration"
        case utilizationPolicy = "utilization_policy"
        case registryAuth = "registry_auth"
        case requirements
        case retry
        case volumes
        case sshKey = "ssh_key"
        case workingDir = "working_dir"
        case repoData = "repo_data"
        case repoCodeHash = "repo_code_hash"
        case repoDir = "repo_dir"
        case repoExistsAction = "repo_exists_action"
        case fileArchives = "file_archives"
        case servicePort = "service_port"
        case probes
        case nodeGroupIndex = "node_group_index"
        case nodeGroupName = "node_group_name"
        case nodeGroupJobIndex = "node_group_job_index"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        replicaNum = try fields.value(.replicaNum, default: 0)
        jobNum = try fields.required(.jobNum)
        jobName = try fields.required(.jobName)
        jobsPerReplica = try fields.value(.jobsPerReplica, default: 1)
        replicaGroup = try fields.value(.replicaGroup, default: "0")
        appSpecs = try fields.optional(.appSpecs)
        user = try fields.optional(.user)
        commands = try fields.required(.commands)
        env = try fields.required(.env)
        homeDir = try fields.optional(.homeDir)
        imageName = try fields.required(.imageName)
        privileged = try fields.value(.privileged, default: false)
        singleBranch = try fields.optional(.singleBranch)
        maxDuration = try fields.optional(.maxDuration)
        stopDuration = try fields.optional(.stopDuration)
        utilizationPolicy = try fields.optional(.utilizationPolicy)
        registryAuth = try fields.optional(.registryAuth)
        requirements = try fields.required(.requirements)
        retry = try fields.optional(.retry)
        volumes = try fields.optional(.volumes)
        sshKey = try fields.optional(.sshKey)
        workingDir = try fields.optional(.workingDir)
        repoData = try fields.optional(.repoData)
        repoCodeHash = try fields.optional(.repoCodeHash)
        repoDir = try fields.value(.repoDir, default: "/workflow")
        repoExistsAction = try fields.optional(.repoExistsAction)
        fileArchives = try fields.value(.fileArchives, default: [])
        servicePort = try fields.optional(.servicePort)
        probes = try fields.value(.probes, default: [])
        nodeGroupIndex = try fields.value(.nodeGroupIndex, default: 0)
        nodeGroupName = try fields.value(.nodeGroupName, default: "0")
        nodeGroupJobIndex = try fields.value(.nodeGroupJobIndex, default: 0)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(replicaNum, forKey: .replicaNum)
        try container.encode(jobNum, forKey: .jobNum)
        try container.encode(jobName, forKey: .jobName)
        try container.encode(jobsPerReplica, forKey: .jobsPerReplica)
        try container.encode(replicaGroup, forKey: .replicaGroup)
        try container.encode(appSpecs, forKey: .appSpecs)
        try container.encode(user, forKey: .user)
        try container.encode(commands, forKey: .commands)
        try container.encode(env, forKey: .env)
        try container.encode(homeDir, forKey: .homeDir)
        try container.encode(imageName, forKey: .imageName)
        try container.encode(privileged, forKey: .privileged)
        try container.encode(singleBranch, forKey: .singleBranch)
        try container.encode(maxDuration, forKey: .maxDuration)
        try container.encode(stopDuration, forKey: .stopDuration)
        try container.encode(utilizationPolicy, forKey: .utilizationPolicy)
        try container.encode(registryAuth, forKey: .registryAuth)
        try container.encode(requirements, forKey: .requirements)
        try container.encode(retry, forKey: .retry)
        try container.encode(volumes, forKey: .volumes)
        try container.encode(sshKey, forKey: .sshKey)
        try container.encode(workingDir, forKey: .workingDir)
        try container.encode(repoData, forKey: .repoData)
        try container.encode(repoCodeHash, forKey: .repoCodeHash)
        try container.encode(repoDir, forKey: .repoDir)
        try container.encode(repoExistsAction, forKey: .repoExistsAction)
        try container.encode(fileArchives, forKey: .fileArchives)
        try container.encode(servicePort, forKey: .servicePort)
        try container.encode(probes, forKey: .probes)
        try container.encode(nodeGroupIndex, forKey: .nodeGroupIndex)
        try container.encode(nodeGroupName, forKey: .nodeGroupName)
        try container.encode(nodeGroupJobIndex, forKey: .nodeGroupJobIndex)
    }
}
