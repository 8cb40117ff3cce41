/// Body of `repos/delete`.
public struct DeleteReposRequest: Codable, Sendable, Hashable {
    /// The ids of the repositories.
    public var reposIds: [String]

    public init(reposIds: [String]) {
        self.reposIds = reposIds
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case reposIds = "repos_ids"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        reposIds = try fields.required(.reposIds)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(reposIds, forKey: .reposIds)
    }
}
