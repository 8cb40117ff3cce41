/// The hosts of an SSH fleet and how to log in.
public struct SSHParams: Codable, Sendable, Hashable {
    /// The name of the user.
    public var user: String?
    /// The port.
    public var port: Int?
    /// The file with the private key.
    public var identityFile: String?
    /// The key, for the wire; the client puts it in from the file.
    public var sshKey: SSHKey?
    /// The host to jump through, nil for none.
    public var proxyJump: SSHProxyParams?
    /// The hosts of the fleet.
    public var hosts: [SSHHost]
    /// The network in which the hosts reach one another, as address and mask.
    public var network: String?

    public init(
        user: String? = nil, port: Int? = nil, identityFile: String? = nil, sshKey: SSHKey? = nil,
        proxyJump: SSHProxyParams? = nil, hosts: [SSHHost], network: String? = nil
    ) {
        self.user = user
        self.port = port
        self.identityFile = identityFile
        self.sshKey = sshKey
        self.proxyJump = proxyJump
        self.hosts = hosts
        self.network = network
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case user
        case port
        case identityFile = "identity_file"
        case sshKey = "ssh_key"
        case proxyJump = "proxy_jump"
        case hosts
        case network
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        user = try fields.optional(.user)
        port = try fields.optional(.port)
        identityFile = try fields.optional(.identityFile)
        sshKey = try fields.optional(.sshKey)
        proxyJump = try fields.optional(.proxyJump)
        hosts = try fields.required(.hosts)
        network = try fields.optional(.network)
        if let network {
            switch PrivateAddress.isPrivateNetwork(network) {
            case nil: throw fields.invalid(.network, "expected a network like 10.0.0.0/8, found '\(network)'")
            case false?: throw fields.invalid(.network, "'\(network)' is a public network; a private one is needed")
            case true?: break
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user, forKey: .user)
        try container.encode(port, forKey: .port)
        try container.encode(identityFile, forKey: .identityFile)
        try container.encode(sshKey, forKey: .sshKey)
        try container.encode(proxyJump, forKey: .proxyJump)
        try container.encode(hosts, forKey: .hosts)
        try container.encode(network, forKey: .network)
    }
}
