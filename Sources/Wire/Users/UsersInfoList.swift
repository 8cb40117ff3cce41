/// Answer of `users/list` where the total was asked for.
public struct UsersInfoList: Codable, Sendable, Hashable {
    /// How many there are in all, nil where not asked for.
    public var totalCount: Int?
    /// The users.
    public var users: [User]

    public init(totalCount: Int? = nil, users: [User]) {
        self.totalCount = totalCount
        self.users = users
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case totalCount = "total_count"
        case users
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        totalCount = try fields.optional(.totalCount)
        users = try fields.required(.users)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(totalCount, forKey: .totalCount)
        try container.encode(users, forKey: .users)
    }
}
