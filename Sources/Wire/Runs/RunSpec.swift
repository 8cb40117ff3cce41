/// What the user asks for: configuration, profile, code and files.
public struct RunSpec: Codable, Sendable, Hashable {
    public var runName: String?
    public var repoId: String?
    public var repoData: RunRepoData?
    public var repoCodeHash: String?
    public var repoDir: String?
    public var fileArchives: [FileArchiveMapping]
    public var workingDir: String?
    public var configurationPath: String?
    public var configuration: AnyRunConfiguration
    public var profile: Profile?
    public var sshKeyPub: String?

    public init(
        runName: String? = nil, repoId: String? = nil, repoData: RunRepoData? = nil,
        repoCodeHash: String? = nil, repoDir: String? = nil, fileArchives: [FileArchiveMapping] = [],
        workingDir: String? = nil, configurationPath: String? = nil, configuration: AnyRunConfiguration,
        profile: Profile? = nil, sshKeyPub: String? = nil
    ) {
        self.runName = runName
        self.repoId = repoId
        self.repoData = repoData
        self.repoCodeHash = repoCodeHash
        self.repoDir = repoDir
        self.fileArchives = fileArchives
        self.workingDir = workingDir
        self.configurationPath = configurationPath
        self.configuration = configuration
        self.profile = profile
        self.sshKeyPub = sshKeyPub
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case runName = "run_name"
        case repoId = "repo_id"
        case repoData = "repo_data"
        case repoCodeHash = "repo_code_hash"
        case repoDir = "repo_dir"
        case fileArchives = "file_archives"
        case workingDir = "working_dir"
        case configurationPath = "configuration_path"
        case configuration
        case profile
        case sshKeyPub = "ssh_key_pub"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        runName = try fields.optional(.runName)
        repoId = try fields.optional(.repoId)
        repoData = try fields.optional(.repoData)
        repoCodeHash = try fields.optional(.repoCodeHash)
        repoDir = try fields.optional(.repoDir)
        fileArchives = try fields.value(.fileArchives, default: [])
        workingDir = try fields.optional(.workingDir)
        configurationPath = try fields.optional(.configurationPath)
        configuration = try fields.required(.configuration)
        profile = try fields.optional(.profile)
        sshKeyPub = try fields.optional(.sshKeyPub)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runName, forKey: .runName)
        try container.encode(repoId, forKey: .repoId)
        try container.encode(repoData, forKey: .repoData)
        try container.encode(repoCodeHash, forKey: .repoCodeHash)
        try container.encode(repoDir, forKey: .repoDir)
        try container.encode(fileArchives, forKey: .fileArchives)
        try container.encode(workingDir, forKey: .workingDir)
        try container.encode(configurationPath, forKey: .configurationPath)
        try container.encode(configuration, forKey: .configuration)
        try container.encode(profile, forKey: .profile)
        try container.encode(sshKeyPub, forKey: .sshKeyPub)
    }
}
