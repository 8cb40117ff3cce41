/// A directory on the user's machine.
public struct LocalRepoInfo: Codable, Sendable, Hashable {
    /// The directory on the user's machine.
    public var repoDir: String

    public init(repoDir: String) {
        self.repoDir = repoDir
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case repoType = "repo_type"
        case repoDir = "repo_dir"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.repoType, "local", isOptional: true)
        repoDir = try fields.required(.repoDir)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("local", forKey: .repoType)
        try container.encode(repoDir, forKey: .repoDir)
    }
}
