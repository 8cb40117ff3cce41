/// The ways to connect to a job.
public struct JobConnectionInfo: Codable, Sendable, Hashable {
    /// The editor's name for people.
    public var ideName: String?
    /// Opens the editor while the user is attached to the run.
    public var attachedIdeUrl: String?
    /// Opens the editor through the server's SSH proxy.
    public var proxiedIdeUrl: String?
    /// The command that logs in while the user is attached to the run.
    public var attachedSshCommand: [String]?
    /// The command that logs in through the server's SSH proxy.
    public var proxiedSshCommand: [String]?
    /// The server's SSH proxy, nil where there is none.
    public var sshproxyHostname: String?
    /// The proxy's port, nil for 22.
    public var sshproxyPort: Int?
    /// By which the proxy knows the job.
    public var sshproxyUpstreamId: String?

    public init(
        ideName: String? = nil, attachedIdeUrl: String? = nil, proxiedIdeUrl: String? = nil,
        attachedSshCommand: [String]? = nil, proxiedSshCommand: [String]? = nil,
        sshproxyHostname: String? = nil, sshproxyPort: Int? = nil, sshproxyUpstreamId: String? = nil
    ) {
        self.ideName = ideName
        self.attachedIdeUrl = attachedIdeUrl
        self.proxiedIdeUrl = proxiedIdeUrl
        self.attachedSshCommand = attachedSshCommand
        self.proxiedSshCommand = proxiedSshCommand
        self.sshproxyHostname = sshproxyHostname
        self.sshproxyPort = sshproxyPort
        self.sshproxyUpstreamId = sshproxyUpstreamId
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case ideName = "ide_name"
        case attachedIdeUrl = "attached_ide_url"
        case proxiedIdeUrl = "proxied_ide_url"
        case attachedSshCommand = "attached_ssh_command"
        case proxiedSshCommand = "proxied_ssh_command"
        case sshproxyHostname = "sshproxy_hostname"
        case sshproxyPort = "sshproxy_port"
        case sshproxyUpstreamId = "sshproxy_upstream_id"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        ideName = try fields.optional(.ideName)
        attachedIdeUrl = try fields.optional(.attachedIdeUrl)
        proxiedIdeUrl = try fields.optional(.proxiedIdeUrl)
        attachedSshCommand = try fields.optional(.attachedSshCommand)
        proxiedSshCommand = try fields.optional(.proxiedSshCommand)
        sshproxyHostname = try fields.optional(.sshproxyHostname)
        sshproxyPort = try fields.optional(.sshproxyPort)
        sshproxyUpstreamId = try fields.optional(.sshproxyUpstreamId)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ideName, forKey: .ideName)
        try container.encode(attachedIdeUrl, forKey: .attachedIdeUrl)
        try container.encode(proxiedIdeUrl, forKey: .proxiedIdeUrl)
        try container.encode(attachedSshCommand, forKey: .attachedSshCommand)
        try container.encode(proxiedSshCommand, forKey: .proxiedSshCommand)
        try container.encode(sshproxyHostname, forKey: .sshproxyHostname)
        try container.encode(sshproxyPort, forKey: .sshproxyPort)
        try container.encode(sshproxyUpstreamId, forKey: .sshproxyUpstreamId)
    }
}
