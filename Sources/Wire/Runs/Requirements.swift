/// What a job asks of an instance: its resources and the limits of its profile.
public struct Requirements: Codable, Sendable, Hashable {
    /// What the instance must have.
    public var resources: ResourcesSpec
    /// The highest price, dollars an hour; nil for any.
    public var maxPrice: Double?
    /// Spot only or on-demand only, nil for either.
    public var spot: Bool?
    /// The reservation to take the instance from.
    public var reservation: String?
    /// Whether the run has several nodes.
    public var multinode: Bool?
    /// Options for the offers of single backends.
    public var backendOptions: [VastAIProfileOptions]?

    public init(
        resources: ResourcesSpec, maxPrice: Double? = nil, spot: Bool? = nil, reservation: String? = nil,
        multinode: Bool? = nil, backendOptions: [VastAIProfileOptions]? = nil
    ) {
        self.resources = resources
        self.maxPrice = maxPrice
        self.spot = spot
        self.reservation = reservation
        self.multinode = multinode
        self.backendOptions = backendOptions
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case resources
        case maxPrice = "max_price"
        case spot
        case reservation
        case multinode
        case backendOptions = "backend_options"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        resources = try fields.required(.resources)
        maxPrice = try fields.optional(.maxPrice)
        spot = try fields.optional(.spot)
        reservation = try fields.optional(.reservation)
        multinode = try fields.optional(.multinode)
        backendOptions = try fields.optional(.backendOptions)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(resources, forKey: .resources)
        try container.encode(maxPrice, forKey: .maxPrice)
        try container.encode(spot, forKey: .spot)
        try container.encode(reservation, forKey: .reservation)
        try container.encode(multinode, forKey: .multinode)
        try container.encode(backendOptions, forKey: .backendOptions)
    }
}
