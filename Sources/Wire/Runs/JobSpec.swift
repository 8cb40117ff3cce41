/// Everything an agent needs to run one job of a run.
public struct JobSpec: Codable, Sendable, Hashable {
    public var replicaNum: Int
    public var jobNum: Int
    public var jobName: String
    public var jobsPerReplica: Int
    public var replicaGroup: String
    public var appSpecs: [AppSpec]?
    public var user: UnixUser?
    public var commands: [String]
    public var env: [String: String]
    public var homeDir: String?
    public var imageName: String
    public var privileged: Bool
    public var singleBranch: Bool?
    public var maxDuration: Int?
    public var stopDuration: Int?
    public var utilizationPolicy: UtilizationPolicy?
    public var registryAuth: RegistryAuth?
    public var requirements: Requirements
    public var retry: RetrySetting?
    public var volumes: [MountPoint]?
    public var sshKey: JobSSHKey?
    public var workingDir: String?
    public var repoData: RunRepoData?
    public var repoCodeHash: String?
    public var repoDir: String
    public var repoExistsAction: RepoExistsAction?
    public var fileArchives: [FileArchiveMapping]
    public var servicePort: Int?
    public var probes: [ProbeSpec]
    public var nodeGroupIndex: Int
    public var nodeGroupName: String
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
