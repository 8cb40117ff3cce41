/// A user's token.
public struct UserTokenCreds: Codable, Sendable, Hashable {
    /// The token, a secret.
    public var token: String

    public init(token: String) {
        self.token = token
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case token
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        token = try fields.required(.token)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(token, forKey: .token)
    }
}
