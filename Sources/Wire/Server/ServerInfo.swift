/// Answer of `server/get_info`.
public struct ServerInfo: Codable, Sendable, Hashable {
    /// The version of dstack whose API the server speaks.
    public var serverVersion: String?

    public init(serverVersion: String? = nil) {
        self.serverVersion = serverVersion
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case serverVersion = "server_version"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        serverVersion = try fields.optional(.serverVersion)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(serverVersion, forKey: .serverVersion)
    }
}
