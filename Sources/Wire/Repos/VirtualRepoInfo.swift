/// No repository.
public struct VirtualRepoInfo: Codable, Sendable, Hashable {

    public init() {
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case repoType = "repo_type"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.repoType, "virtual", isOptional: true)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("virtual", forKey: .repoType)
    }
}
