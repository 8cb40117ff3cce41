/// A repository known to a project.
public struct RepoHead: Codable, Sendable, Hashable {
    /// The id that the client chose for the repository; `none` for no repository.
    public var repoId: String
    /// What kind of repository it is.
    public var repoInfo: RepoInfo

    public init(repoId: String, repoInfo: RepoInfo) {
        self.repoId = repoId
        self.repoInfo = repoInfo
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case repoId = "repo_id"
        case repoInfo = "repo_info"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        repoId = try fields.required(.repoId)
        repoInfo = try fields.required(.repoInfo)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(repoId, forKey: .repoId)
        try container.encode(repoInfo, forKey: .repoInfo)
    }
}
