/// What the user asks for: configuration, profile, code and files.
public struct RunSpec: Codable, Sendable, Hashable {
    /// The name of the run, nil for one made up by the server.
    public var runName: String?
    /// The id that the client chose for the repository; `none` for no repository.
    public var repoId: String?
    /// The repository that the code comes from.
    public var repoData: RunRepoData?
    /// The hash of the uploaded difference or archive, nil for none.
    public var repoCodeHash: String?
    /// The path of the repository in the run.
    public var repoDir: String?
    /// The archives to unpack and where.
    public var fileArchives: [FileArchiveMapping]
    /// Sent by old clients; not used.
    public var workingDir: String?
    /// The configuration's file, as the user named it; for display only.
    public var configurationPath: String?
    /// What the user wrote.
    public var configuration: AnyRunConfiguration
    /// The profile; what the configuration says itself goes before it.
    public var profile: Profile?
    /// The user's public key.
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
