/// A group of equal nodes in a multi-node task.
public struct NodeGroup: Codable, Sendable, Hashable {
    /// The name.
    public var name: String?
    /// How many nodes.
    public var nodes: Int
    /// What the instance must have.
    public var resources: ResourcesSpec
    /// The shell commands to run, in this order.
    public var commands: [String]
    /// Ports to forward to the user's machine.
    public var ports: [PortMapping]

    public init(
        name: String? = nil, nodes: Int = 1, resources: ResourcesSpec = ResourcesSpec(),
        commands: [String] = [], ports: [PortMapping] = []
    ) {
        self.name = name
        self.nodes = nodes
        self.resources = resources
        self.commands = commands
        self.ports = ports
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case nodes
        case resources
        case commands
        case ports
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.optional(.name)
        nodes = try fields.value(.nodes, default: 1)
        resources = try fields.value(.resources, default: ResourcesSpec())
        commands = try fields.value(.commands, default: [])
        ports = try fields.value(.ports, default: [])
        if nodes < 1 { throw fields.invalid(.nodes, "a group has at least one node, found \(nodes)") }
        if let name, !GroupName.isValid(name) { throw fields.invalid(.name, GroupName.rule(name)) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(nodes, forKey: .nodes)
        try container.encode(resources, forKey: .resources)
        try container.encode(commands, forKey: .commands)
        try container.encode(ports, forKey: .ports)
    }
}
