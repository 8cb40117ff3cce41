/// Credentials for a private image registry.
public struct RegistryAuth: Codable, Sendable, Hashable {
    /// The name of the user.
    public var username: String
    /// The password or token.
    public var password: String

    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case username
        case password
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        username = try fields.required(.username)
        password = try fields.required(.password)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(username, forKey: .username)
        try container.encode(password, forKey: .password)
    }
}
