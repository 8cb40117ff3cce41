/// A configuration with `type: task`.
public struct TaskConfiguration: Codable, Sendable, Hashable {
    /// How many nodes, nil for one.
    public var nodes: Int?
    /// Groups of different nodes or replicas, nil where all are alike.
    public var groups: [NodeGroup]?
    /// Ports to forward to the user's machine.
    public var ports: [PortMapping]
    /// The shell commands to run, in this order.
    public var commands: [String]
    /// What all run configurations have in common.
    public var base: BaseRunConfiguration
    /// The profile parameters that stand in the configuration.
    public var profile: ProfileParams

    public init(
        nodes: Int? = nil, groups: [NodeGroup]? = nil, ports: [PortMapping] = [], commands: [String] = [],
        base: BaseRunConfiguration = BaseRunConfiguration(), profile: ProfileParams = ProfileParams()
    ) {
        self.nodes = nodes
        self.groups = groups
        self.ports = ports
        self.commands = commands
        self.base = base
        self.profile = profile
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case nodes
        case groups
        case ports
        case commands
        case type
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder, more: BaseRunConfiguration.fieldNames + ProfileParams.fieldNames)
        try fields.tag(.type, "task", isOptional: true)
        nodes = try fields.optional(.nodes)
        groups = try NodeGroup.named(fields.optional(.groups))
        ports = try fields.value(.ports, default: [])
        commands = try fields.value(.commands, default: [])
        base = try BaseRunConfiguration(from: decoder)
        profile = try ProfileParams(from: decoder)
        try validate(fields)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(nodes, forKey: .nodes)
        try container.encode(groups, forKey: .groups)
        try container.encode(ports, forKey: .ports)
        try container.encode(commands, forKey: .commands)
        try container.encode("task", forKey: .type)
        try base.encode(to: encoder)
        try profile.encode(to: encoder)
    }
}
