/// Where and as whom to open SSH.
public struct SSHConnectionParams: Codable, Sendable, Hashable {
    /// The name or address of the host.
    public var hostname: String
    /// The name of the user.
    public var username: String
    /// The port.
    public var port: Int

    public init(hostname: String, username: String, port: Int) {
        self.hostname = hostname
        self.username = username
        self.port = port
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case hostname
        case username
        case port
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        hostname = try fields.required(.hostname)
        username = try fields.required(.username)
        port = try fields.required(.port)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(hostname, forKey: .hostname)
        try container.encode(username, forKey: .username)
        try container.encode(port, forKey: .port)
    }
}
