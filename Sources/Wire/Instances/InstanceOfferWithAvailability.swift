/// An offer, and whether it can be had now.
public struct InstanceOfferWithAvailability: Codable, Sendable, Hashable {
    /// The provider of the instance.
    public var backend: BackendType
    /// The instance that is offered.
    public var instance: InstanceType
    /// The region.
    public var region: String
    /// The price, dollars an hour.
    public var price: Double
    /// What only the backend understands.
    public var backendData: JSONValue
    /// Whether the offer can be had now.
    public var availability: InstanceAvailability
    /// The zones that are considered, nil for all.
    public var availabilityZones: [String]?
    /// Which agent the instance starts.
    public var instanceRuntime: InstanceRuntime
    /// How many of the instance's blocks the offer takes.
    public var blocks: Int
    /// Into how many blocks the instance is split.
    public var totalBlocks: Int

    public init(
        backend: BackendType, instance: InstanceType, region: String, price: Double,
        backendData: JSONValue = .object([]), availability: InstanceAvailability,
        availabilityZones: [String]? = nil, instanceRuntime: InstanceRuntime = .shim,
        blocks: Int = 1, totalBlocks: Int = 1
    ) {
        self.backend = backend
        self.instance = instance
        self.region = region
        self.price = price
        self.backendData = backendData
        self.availability = availability
        self.availabilityZones = availabilityZones
        self.instanceRuntime = instanceRuntime
        self.blocks = blocks
        self.totalBlocks = totalBlocks
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case backend
        case instance
        case region
        case price
        case backendData = "backend_data"
        case availability
        case availabilityZones = "availability_zones"
        case instanceRuntime = "instance_runtime"
        case blocks
        case totalBlocks = "total_blocks"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        backend = try fields.required(.backend)
        instance = try fields.required(.instance)
        region = try fields.required(.region)
        price = try fields.required(.price)
        backendData = try fields.value(.backendData, default: .object([]))
        availability = try fields.required(.availability)
        availabilityZones = try fields.optional(.availabilityZones)
        instanceRuntime = try fields.value(.instanceRuntime, default: .shim)
        blocks = try fields.value(.blocks, default: 1)
        totalBlocks = try fields.value(.totalBlocks, default: 1)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(backend, forKey: .backend)
        try container.encode(instance, forKey: .instance)
        try container.encode(region, forKey: .region)
        try container.encode(price, forKey: .price)
        try container.encode(backendData, forKey: .backendData)
        try container.encode(availability, forKey: .availability)
        try container.encode(availabilityZones, forKey: .availabilityZones)
        try container.encode(instanceRuntime, forKey: .instanceRuntime)
        try container.encode(blocks, forKey: .blocks)
        try container.encode(totalBlocks, forKey: .totalBlocks)
    }
}
