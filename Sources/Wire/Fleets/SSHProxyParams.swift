/// A host to jump through.
public struct SSHProxyParams: Codable, Sendable, Hashable {
    /// The name or address of the host.
    public var hostname: String
    /// The port.
    public var port: Int?
    /// The name of the user.
    public var user: String
    /// The file with the private key.
    public var identityFile: String
    /// The key, for the wire; the client puts it in from the file.
    public var sshKey: SSHKey?

    public init(
        hostname: String, port: Int? = nil, user: String, identityFile: String, sshKey: SSHKey? = nil
    ) {
        self.hostname = hostname
        self.port = port
        self.user = user
        self.identityFile = identityFile
        self.sshKey = sshKey
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case hostname
        case port
        case user
        case identityFile = "identity_file"
        case sshKey = "ssh_key"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        hostname = try fields.required(.hostname)
        port = try fields.optional(.port)
        user = try fields.required(.user)
        identityFile = try fields.required(.identityFile)
        sshKey = try fields.optional(.sshKey)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(hostname, forKey: .hostname)
        try container.encode(port, forKey: .port)
        try container.encode(user, forKey: .user)
        try container.encode(identityFile, forKey: .identityFile)
        try container.encode(sshKey, forKey: .sshKey)
    }
}
