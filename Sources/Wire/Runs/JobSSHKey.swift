/// The key pair by which the jobs of a multi-node run reach one another.
public struct JobSSHKey: Codable, Sendable, Hashable {
    /// The private half.
    public var privateKey: String
    /// The public half.
    public var publicKey: String

    public init(privateKey: String, publicKey: String) {
        self.privateKey = privateKey
        self.publicKey = publicKey
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case privateKey = "private"
        case publicKey = "public"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        privateKey = try fields.required(.privateKey)
        publicKey = try fields.required(.publicKey)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(privateKey, forKey: .privateKey)
        try container.encode(publicKey, forKey: .publicKey)
    }
}
