/// A configuration with `type: fleet`.
public struct FleetConfiguration: Codable, Sendable, Hashable {
    /// The name.
    public var name: String?
    /// Whether the instances must be connected.
    public var placement: InstanceGroupPlacement?
    /// Into how many parts an instance is split.
    public var blocks: Blocks
    /// How many instances, nil for as many as runs need.
    public var nodes: FleetNodesSpec?
    /// The reservation to take the instance from.
    public var reservation: String?
    /// What the instance must have.
    public var resources: ResourcesSpec?
    /// The backends that are considered, nil for all.
    public var backends: [BackendType]?
    /// The regions that are considered, nil for all.
    public var regions: [String]?
    /// The zones that are considered, nil for all.
    public var availabilityZones: [String]?
    /// The kinds of instances that are considered, nil for all.
    public var instanceTypes: [String]?
    /// Spot, on-demand or either.
    public var spotPolicy: SpotPolicy?
    /// Whether instances are asked for again where none were to be had.
    public var retry: RetrySetting?
    /// The highest price, dollars an hour; nil for any.
    public var maxPrice: Double?
    /// How many seconds an idle instance is kept; -1 for ever.
    public var idleDuration: Int?
    /// Names and values for the user's own use, passed on to the provider.
    public var tags: [String: String]?
    /// Options for the offers of single backends.
    public var backendOptions: [VastAIProfileOptions]?
    /// The hosts, for a fleet over SSH.
    public var sshConfig: SSHParams?
    /// Environment variables.
    public var env: Env

    public init(
        name: String? = nil, placement: InstanceGroupPlacement? = nil, blocks: Blocks = .count(1),
        nodes: FleetNodesSpec? = nil, reservation: String? = nil, resources: ResourcesSpec? = nil,
        backends: [BackendType]? = nil, regions: [String]? = nil, availabilityZones: [String]? = nil,
        instanceTypes: [String]? = nil, spotPolicy: SpotPolicy? = nil, retry: RetrySetting? = nil,
        maxPrice: Double? = nil, idleDuration: Int? = nil, tags: [String: String]? = nil,
        backendOptions: [VastAIProfileOptions]? = nil, sshConfig: SSHParams? = nil, env: Env = Env()
    ) {
        self.name = name
        self.placement = placement
        self.blocks = blocks
        self.nodes = nodes
        self.reservation = reservation
        self.resources = resources
        self.backends = backends
        self.regions = regions
        self.availabilityZones = availabilityZones
        self.instanceTypes = instanceTypes
        self.spotPolicy = spotPolicy
        self.retry = retry
        self.maxPrice = maxPrice
        self.idleDuration = idleDuration
        self.tags = tags
        self.backendOptions = backendOptions
        self.sshConfig = sshConfig
        self.env = env
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type
        case name
        case placement
        case blocks
        case nodes
        case reservation
        case resources
        case backends
        case regions
        case availabilityZones = "availability_zones"
        case instanceTypes = "instance_types"
        case spotPolicy = "spot_policy"
        case retry
        case maxPrice = "max_price"
        case idleDuration = "idle_duration"
        case tags
        case backendOptions = "backend_options"
        case sshConfig = "ssh_config"
        case env
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.type, "fleet", isOptional: true)
        name = try fields.optional(.name)
        placement = try fields.optional(.placement)
        blocks = try fields.value(.blocks, default: .count(1))
        nodes = try fields.optional(.nodes)
        reservation = try fields.optional(.reservation)
        resources = try fields.optional(.resources)
        backends = try fields.optional(.backends)
        regions = try fields.optional(.regions)
        availabilityZones = try fields.optional(.availabilityZones)
        instanceTypes = try fields.optional(.instanceTypes)
        spotPolicy = try fields.optional(.spotPolicy)
        retry = try fields.optional(.retry)
        maxPrice = try fields.optional(.maxPrice)
        idleDuration = try fields.idleDuration(.idleDuration)
        tags = try fields.tags(.tags)
        backendOptions = try fields.optional(.backendOptions)
        sshConfig = try fields.optional(.sshConfig)
        env = try fields.value(.env, default: Env())
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("fleet", forKey: .type)
        try container.encode(name, forKey: .name)
        try container.encode(placement, forKey: .placement)
        try container.encode(blocks, forKey: .blocks)
        try container.encode(nodes, forKey: .nodes)
        try container.encode(reservation, forKey: .reservation)
        try container.encode(resources, forKey: .resources)
        try container.encode(backends, forKey: .backends)
        try container.encode(regions, forKey: .regions)
        try container.encode(availabilityZones, forKey: .availabilityZones)
        try container.encode(instanceTypes, forKey: .instanceTypes)
        try container.encode(spotPolicy, forKey: .spotPolicy)
        try container.encode(retry, forKey: .retry)
        try container.encode(maxPrice, forKey: .maxPrice)
        try container.encode(idleDuration, forKey: .idleDuration)
        try container.encode(tags, forKey: .tags)
        try container.encode(backendOptions, forKey: .backendOptions)
        try container.encode(sshConfig, forKey: .sshConfig)
        try container.encode(env, forKey: .env)
    }
}
