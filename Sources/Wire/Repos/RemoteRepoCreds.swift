/// Credentials for a remote Git repository.
public struct RemoteRepoCreds: Codable, Sendable, Hashable {
    /// The URL to clone from.
    public var cloneUrl: String
    /// The private half.
    public var privateKey: String?
    /// The token to clone with.
    public var oauthToken: String?

    public init(cloneUrl: String, privateKey: String? = nil, oauthToken: String? = nil) {
        self.cloneUrl = cloneUrl
        self.privateKey = privateKey
        self.oauthToken = oauthToken
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case cloneUrl = "clone_url"
        case privateKey = "private_key"
        case oauthToken = "oauth_token"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        cloneUrl = try fields.required(.cloneUrl)
        privateKey = try fields.optional(.privateKey)
        oauthToken = try fields.optional(.oauthToken)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cloneUrl, forKey: .cloneUrl)
        try container.encode(privateKey, forKey: .privateKey)
        try container.encode(oauthToken, forKey: .oauthToken)
    }
}
