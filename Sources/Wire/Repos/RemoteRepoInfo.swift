/// A remote Git repository.
public struct RemoteRepoInfo: Codable, Sendable, Hashable {
    /// The name of the repository.
    public var repoName: String

    public init(repoName: String) {
        self.repoName = repoName
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case repoType = "repo_type"
        case repoName = "repo_name"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.repoType, "remote", isOptional: true)
        repoName = try fields.required(.repoName)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("remote", forKey: .repoType)
        try container.encode(repoName, forKey: .repoName)
    }
}
