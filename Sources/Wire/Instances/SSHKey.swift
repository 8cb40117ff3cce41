/// An SSH key, with or without its private half.
public struct SSHKey: Codable, Sendable, Hashable {
    /// The public half.
    public var publicKey: String
    /// The private half.
    public var privateKey: String?

    public init(publicKey: String, privateKey: String? = nil) {
        self.publicKey = publicKey
        self.privateKey = privateKey
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case publicKey = "public"
        case privateKey = "private"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        publicKey = try fields.required(.publicKey)
        privateKey = try fields.optional(.privateKey)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(publicKey, forKey: .publicKey)
        try container.encode(privateKey, forKey: .privateKey)
    }
}
