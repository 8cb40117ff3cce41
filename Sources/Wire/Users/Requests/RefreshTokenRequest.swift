/// Body of `users/refresh_token` and `users/refresh_ssh_key`.
public struct RefreshTokenRequest: Codable, Sendable, Hashable {
    /// The name of the user.
    public var username: String

    public init(username: String) {
        self.username = username
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case username
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        username = try fields.required(.username)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(username, forKey: .username)
    }
}
