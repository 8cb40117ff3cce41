/// Body of `projects/{p}/remove_members`.
public struct RemoveProjectMemberRequest: Codable, Sendable, Hashable {
    /// The names of the users.
    public var usernames: [String]

    public init(usernames: [String]) {
        self.usernames = usernames
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case usernames
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        usernames = try fields.required(.usernames)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(usernames, forKey: .usernames)
    }
}
