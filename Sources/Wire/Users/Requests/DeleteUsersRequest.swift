/// Body of `users/delete`.
public struct DeleteUsersRequest: Codable, Sendable, Hashable {
    /// The names of the users.
    public var users: [String]

    public init(users: [String]) {
        self.users = users
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case users
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        users = try fields.required(.users)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(users, forKey: .users)
    }
}
