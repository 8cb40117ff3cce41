/// A remote Git repository at a commit.
public struct RemoteRunRepoData: Codable, Sendable, Hashable {
    /// The name of the repository.
    public var repoName: String
    /// The branch.
    public var repoBranch: String?
    /// The commit.
    public var repoHash: String?
    /// The author's name for commits in the run.
    public var repoConfigName: String?
    /// The author's address for commits in the run.
    public var repoConfigEmail: String?

    public init(
        repoName: String, repoBranch: String? = nil, repoHash: String? = nil, repoConfigName: String? = nil,
        repoConfigEmail: String? = nil
    ) {
        self.repoName = repoName
        self.repoBranch = repoBranch
        self.repoHash = repoHash
        self.repoConfigName = repoConfigName
        self.repoConfigEmail = repoConfigEmail
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case repoType = "repo_type"
        case repoName = "repo_name"
        case repoBranch = "repo_branch"
        case repoHash = "repo_hash"
        case repoConfigName = "repo_config_name"
        case repoConfigEmail = "repo_config_email"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.repoType, "remote", isOptional: true)
        repoName = try fields.required(.repoName)
        repoBranch = try fields.optional(.repoBranch)
        repoHash = try fields.optional(.repoHash)
        repoConfigName = try fields.optional(.repoConfigName)
        repoConfigEmail = try fields.optional(.repoConfigEmail)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("remote", forKey: .repoType)
        try container.encode(repoName, forKey: .repoName)
        try container.encode(repoBranch, forKey: .repoBranch)
        try container.encode(repoHash, forKey: .repoHash)
        try container.encode(repoConfigName, forKey: .repoConfigName)
        try container.encode(repoConfigEmail, forKey: .repoConfigEmail)
    }
}
