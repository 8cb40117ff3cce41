/// Body of `repos/get`.
public struct GetRepoRequest: Codable, Sendable, Hashable {
    /// The id that the client chose for the repository; `none` for no repository.
    public var repoId: String
    /// Whether credentials are answered too.
    public var includeCreds: Bool

    public init(repoId: String, includeCreds: Bool) {
        self.repoId = repoId
        self.includeCreds = includeCreds
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case repoId = "repo_id"
        case includeCreds = "include_creds"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        repoId = try fields.required(.repoId)
        includeCreds = try fields.required(.includeCreds)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(repoId, forKey: .repoId)
        try container.encode(includeCreds, forKey: .includeCreds)
    }
}
