/// A configuration with `type: gateway`.
public struct GatewayConfiguration: Codable, Sendable, Hashable {
    /// The name.
    public var name: String?
    /// Whether this one is taken where none is named.
    public var isDefault: Bool?
    /// The provider that runs the gateway.
    public var backend: BackendType
    /// The region.
    public var region: String
    /// The kind of instance.
    public var instanceType: String?
    /// The wildcard domain, without the `*.`.
    public var domain: String?
    /// Whether the gateway gets a public address.
    public var publicIp: Bool
    /// The load balancer in front of the gateway, nil for none.
    public var loadBalancer: GatewayLoadBalancer?
    /// Where the TLS certificate comes from, nil for none.
    public var certificate: GatewayCertificate?
    /// How many replicas the gateway has, nil for one.
    public var replicas: Int?
    /// Names and values for the user's own use, passed on to the provider.
    public var tags: [String: String]?

    public init(
        name: String? = nil, isDefault: Bool? = nil, backend: BackendType, region: String,
        instanceType: String? = nil, domain: String? = nil, publicIp: Bool = true,
        loadBalancer: GatewayLoadBalancer? = nil, certificate: GatewayCertificate? = .letsEncrypt,
        replicas: Int? = nil, tags: [String: String]? = nil
    ) {
        self.name = name
        self.isDefault = isDefault
        self.backend = backend
        self.region = region
        self.instanceType = instanceType
        self.domain = domain
        self.publicIp = publicIp
        self.loadBalancer = loadBalancer
        self.certificate = certificate
        self.replicas = replicas
        self.tags = tags
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type
        case name
        case isDefault = "default"
        case backend
        case region
        case instanceType = "instance_type"
        case domain
        case publicIp = "public_ip"
        case loadBalancer = "load_balancer"
        case certificate
        case replicas
        case tags
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.type, "gateway", isOptional: true)
        name = try fields.optional(.name)
        isDefault = try fields.optional(.isDefault)
        backend = try fields.required(.backend)
        region = try fields.required(.region)
        instanceType = try fields.optional(.instanceType)
        domain = try fields.optional(.domain)
        publicIp = try fields.value(.publicIp, default: true)
        loadBalancer = try fields.optional(.loadBalancer)
        certificate = try fields.nullable(.certificate, default: .letsEncrypt)
        replicas = try fields.optional(.replicas)
        tags = try fields.tags(.tags)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("gateway", forKey: .type)
        try container.encode(name, forKey: .name)
        try container.encode(isDefault, forKey: .isDefault)
        try container.encode(backend, forKey: .backend)
        try container.encode(region, forKey: .region)
        try container.encode(instanceType, forKey: .instanceType)
        try container.encode(domain, forKey: .domain)
        try container.encode(publicIp, forKey: .publicIp)
        try container.encode(loadBalancer, forKey: .loadBalancer)
        try container.encode(certificate, forKey: .certificate)
        try container.encode(replicas, forKey: .replicas)
        try container.encode(tags, forKey: .tags)
    }
}
