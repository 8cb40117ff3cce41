/// Answer of `server/get_info`.
public struct ServerInfo: Codable, Sendable, Hashable {
    /// The version of dstack whose API the server speaks.
    public var serverVersion: String?
    /// Ours: how many bytes of code or files may be uploaded at once; nil where the server does not tell.
    public var codeUploadLimit: Int?

    public init(serverVersion: String? = nil, codeUploadLimit: Int? = nil) {
        self.serverVersion = serverVersion
        self.codeUploadLimit = codeUploadLimit
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case serverVersion = "server_version"
        case codeUploadLimit = "code_upload_limit"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        serverVersion = try fields.optional(.serverVersion)
        codeUploadLimit = try fields.optional(.codeUploadLimit)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(serverVersion, forKey: .serverVersion)
        try container.encodeIfPresent(codeUploadLimit, forKey: .codeUploadLimit)
    }
}
