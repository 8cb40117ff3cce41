/// Body of `repos/init`.
public struct SaveRepoCredsRequest: Codable, Sendable, Hashable {
    /// The id that the client chose for the repository; `none` for no repository.
    public var repoId: String
    /// What kind of repository it is.
    public var repoInfo: RepoInfo
    /// The user's credentials for it.
    public var repoCreds: RemoteRepoCreds?

    public init(repoId: String, repoInfo: RepoInfo, repoCreds: RemoteRepoCreds? = nil) {
        self.repoId = repoId
        self.repoInfo = repoInfo
        self.repoCreds = repoCreds
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case repoId = "repo_id"
        case repoInfo = "repo_info"
        case repoCreds = "repo_creds"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        repoId = try fields.required(.repoId)
        repoInfo = try fields.required(.repoInfo)
        repoCreds = try fields.optional(.repoCreds)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(repoId, forKey: .repoId)
        try container.encode(repoInfo, forKey: .repoInfo)
        try container.encode(repoCreds, forKey: .repoCreds)
    }
}
