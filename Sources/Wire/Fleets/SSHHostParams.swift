/// One host of an SSH fleet.
public struct SSHHostParams: Codable, Sendable, Hashable {
    /// The name or address of the host.
    public var hostname: String
    /// The port.
    public var port: Int?
    /// The name of the user.
    public var user: String?
    /// The file with the private key.
    public var identityFile: String?
    /// The host to jump through, nil for none.
    public var proxyJump: SSHProxyParams?
    /// The private address by which nodes reach one another.
    public var internalIp: String?
    /// The key, for the wire; the client puts it in from the file.
    public var sshKey: SSHKey?
    /// Into how many parts an instance is split.
    public var blocks: Blocks?

    public init(
        hostname: String, port: Int? = nil, user: String? = nil, identityFile: String? = nil,
        proxyJump: SSHProxyParams? = nil, internalIp: String? = nil, sshKey: SSHKey? = nil,
        blocks: Blocks? = nil
    ) {
        self.hostname = hostname
        self.port = port
        self.user = user
        self.identityFile = identityFile
        self.proxyJump = proxyJump
        self.internalIp = internalIp
        self.sshKey = sshKey
        self.blocks = blocks
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case hostname
        case port
        case user
        case identityFile = "identity_file"
        case proxyJump = "proxy_jump"
        case internalIp = "internal_ip"
        case sshKey = "ssh_key"
        case blocks
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        hostname = try fields.required(.hostname)
        port = try fields.optional(.port)
        user = try fields.optional(.user)
        identityFile = try fields.optional(.identityFile)
        proxyJump = try fields.optional(.proxyJump)
        internalIp = try fields.optional(.internalIp)
        sshKey = try fields.optional(.sshKey)
        blocks = try fields.optional(.blocks)
        if let internalIp {
            switch PrivateAddress.isPrivate(internalIp) {
            case nil: throw fields.invalid(.internalIp, "expected an IP address, found '\(internalIp)'")
            case false?: throw fields.invalid(.internalIp, "'\(internalIp)' is not a private address")
            case true?: break
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(hostname, forKey: .hostname)
        try container.encode(port, forKey: .port)
        try container.encode(user, forKey: .user)
        try container.encode(identityFile, forKey: .identityFile)
        try container.encode(proxyJump, forKey: .proxyJump)
        try container.encode(internalIp, forKey: .internalIp)
        try container.encode(sshKey, forKey: .sshKey)
        try container.encode(blocks, forKey: .blocks)
    }
}
