/// A configuration with `type: dev-environment`.
public struct DevEnvironmentConfiguration: Codable, Sendable, Hashable {
    /// The editor, nil for SSH only.
    public var ide: IDE?
    /// The version.
    public var version: String?
    /// The shell commands to run at the start.
    public var initCommands: [String]
    /// After how many seconds without a connection the environment is stopped; nil for never.
    public var inactivityDuration: Int?
    /// Ports to forward to the user's machine.
    public var ports: [PortMapping]
    /// What all run configurations have in common.
    public var base: BaseRunConfiguration
    /// The profile parameters that stand in the configuration.
    public var profile: ProfileParams

    public init(
        ide: IDE? = nil, version: String? = nil, initCommands: [String] = [],
        inactivityDuration: Int? = nil, ports: [PortMapping] = [],
        base: BaseRunConfiguration = BaseRunConfiguration(), profile: ProfileParams = ProfileParams()
    ) {
        self.ide = ide
        self.version = version
        self.initCommands = initCommands
        self.inactivityDuration = inactivityDuration
        self.ports = ports
        self.base = base
        self.profile = profile
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case ide
        case version
        case initCommands = "init"
        case inactivityDuration = "inactivity_duration"
        case ports
        case type
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder, more: BaseRunConfiguration.fieldNames + ProfileParams.fieldNames)
        try fields.tag(.type, "dev-environment", isOptional: true)
        ide = try fields.optional(.ide)
        version = try fields.optional(.version)
        initCommands = try fields.value(.initCommands, default: [])
        inactivityDuration = try fields.inactivityDuration(.inactivityDuration)
        ports = try fields.value(.ports, default: [])
        base = try BaseRunConfiguration(from: decoder)
        profile = try ProfileParams(from: decoder)
        try validate(fields)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ide, forKey: .ide)
        try container.encode(version, forKey: .version)
        try container.encode(initCommands, forKey: .initCommands)
        try container.encode(inactivityDuration, forKey: .inactivityDuration)
        try container.encode(ports, forKey: .ports)
        try container.encode("dev-environment", forKey: .type)
        try base.encode(to: encoder)
        try profile.encode(to: encoder)
    }
}
