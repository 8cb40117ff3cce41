/// A configuration with `type: service`.
public struct ServiceConfiguration: Codable, Sendable, Hashable {
    /// The port that the service listens on.
    public var port: ServicePort
    /// Which gateway, or whether one, is in front of the service.
    public var gateway: GatewaySetting?
    /// Whether the proxy takes its own path off before it passes a request on.
    public var stripPrefix: Bool
    /// The model that the service serves, nil for none.
    public var model: ChatModel?
    /// Whether requests come over TLS.
    public var https: HTTPSSetting?
    /// Whether requests need a token.
    public var auth: Bool
    /// How the number of replicas follows the load.
    public var scaling: ScalingSpec?
    /// Limits on the requests.
    public var rateLimits: [RateLimit]
    /// The readiness probes.
    public var probes: [ProbeConfig]?
    /// How many replicas, as a number or a range.
    public var replicas: CountRange?
    /// Groups of different nodes or replicas, nil where all are alike.
    public var groups: [ReplicaGroup]?
    /// The shell commands to run, in this order.
    public var commands: [String]
    /// What all run configurations have in common.
    public var base: BaseRunConfiguration
    /// The profile parameters that stand in the configuration.
    public var profile: ProfileParams

    public init(
        port: ServicePort, gateway: GatewaySetting? = nil, stripPrefix: Bool = true, model: ChatModel? = nil,
        https: HTTPSSetting? = nil, auth: Bool = true, scaling: ScalingSpec? = nil,
        rateLimits: [RateLimit] = [], probes: [ProbeConfig]? = nil, replicas: CountRange? = nil,
        groups: [ReplicaGroup]? = nil, commands: [String] = [],
        base: BaseRunConfiguration = BaseRunConfiguration(), profile: ProfileParams = ProfileParams()
    ) {
        self.port = port
        self.gateway = gateway
        self.stripPrefix = stripPrefix
        self.model = model
        self.https = https
        self.auth = auth
        self.scaling = scaling
        self.rateLimits = rateLimits
        self.probes = probes
        self.replicas = replicas
        self.groups = groups
        self.commands = commands
        self.base = base
        self.profile = profile
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case port
        case gateway
        case stripPrefix = "strip_prefix"
        case model
        case https
        case auth
        case scaling
        case rateLimits = "rate_limits"
        case probes
        case replicas
        case groups
        case commands
        case type
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder, more: BaseRunConfiguration.fieldNames + ProfileParams.fieldNames)
        try fields.tag(.type, "service", isOptional: true)
        port = try fields.required(.port)
        gateway = try fields.optional(.gateway)
        stripPrefix = try fields.value(.stripPrefix, default: true)
        model = try fields.optional(.model)
        https = try fields.optional(.https)
        auth = try fields.value(.auth, default: true)
        scaling = try fields.optional(.scaling)
        rateLimits = try fields.value(.rateLimits, default: [])
        probes = try fields.optional(.probes)
        groups = try Self.groups(fields)
        replicas = try groups == nil ? fields.optional(.replicas) : nil
        commands = try fields.value(.commands, default: [])
        base = try BaseRunConfiguration(from: decoder)
        profile = try ProfileParams(from: decoder)
        try validate(fields)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(port, forKey: .port)
        try container.encode(gateway, forKey: .gateway)
        try container.encode(stripPrefix, forKey: .stripPrefix)
        try container.encode(model, forKey: .model)
        try container.encode(https, forKey: .https)
        try container.encode(auth, forKey: .auth)
        try container.encode(scaling, forKey: .scaling)
        try container.encode(rateLimits, forKey: .rateLimits)
        try container.encode(probes, forKey: .probes)
        try container.encode(replicas, forKey: .replicas)
        try container.encode(groups, forKey: .groups)
        try container.encode(commands, forKey: .commands)
        try container.encode("service", forKey: .type)
        try base.encode(to: encoder)
        try profile.encode(to: encoder)
    }
}
