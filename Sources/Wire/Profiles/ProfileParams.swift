/// How a run is to be placed, retried and limited: in a profile, and flat in every run configuration.
public struct ProfileParams: Codable, Sendable, Hashable {
    /// The backends that are considered, nil for all.
    public var backends: [BackendType]?
    /// The regions that are considered, nil for all.
    public var regions: [String]?
    /// The zones that are considered, nil for all.
    public var availabilityZones: [String]?
    /// The kinds of instances that are considered, nil for all.
    public var instanceTypes: [String]?
    /// The reservation to take the instance from.
    public var reservation: String?
    /// Spot, on-demand or either.
    public var spotPolicy: SpotPolicy?
    /// When the run is submitted again after a failure.
    public var retry: RetrySetting?
    /// For how long the run may run.
    public var maxDuration: OffableDuration?
    /// How long a stop may take before the run is forced to end.
    public var stopDuration: OffableDuration?
    /// The highest price, dollars an hour; nil for any.
    public var maxPrice: Double?
    /// Whether an instance may be created for the run.
    public var creationPolicy: CreationPolicy?
    /// How many seconds an idle instance is kept; -1 for ever.
    public var idleDuration: Int?
    /// Ends the run where its GPUs are idle.
    public var utilizationPolicy: UtilizationPolicy?
    /// Which nodes start first.
    public var startupOrder: StartupOrder?
    /// When a run of several nodes is finished.
    public var stopCriteria: StopCriteria?
    /// When the run is started, nil for at once.
    public var schedule: Schedule?
    /// The fleets that are considered, nil for all.
    public var fleets: [EntityReference]?
    /// The instances that are considered, nil for all.
    public var instances: [InstanceSelector]?
    /// Names and values for the user's own use, passed on to the provider.
    public var tags: [String: String]?
    /// Options for the offers of single backends.
    public var backendOptions: [VastAIProfileOptions]?

    public init(
        backends: [BackendType]? = nil, regions: [String]? = nil, availabilityZones: [String]? = nil,
        instanceTypes: [String]? = nil, reservation: String? = nil, spotPolicy: SpotPolicy? = nil,
        retry: RetrySetting? = nil, maxDuration: OffableDuration? = nil,
        stopDuration: OffableDuration? = nil, maxPrice: Double? = nil, creationPolicy: CreationPolicy? = nil,
        idleDuration: Int? = nil, utilizationPolicy: UtilizationPolicy? = nil,
        startupOrder: StartupOrder? = nil, stopCriteria: StopCriteria? = nil, schedule: Schedule? = nil,
        fleets: [EntityReference]? = nil, instances: [InstanceSelector]? = nil,
        tags: [String: String]? = nil, backendOptions: [VastAIProfileOptions]? = nil
    ) {
        self.backends = backends
        self.regions = regions
        self.availabilityZones = availabilityZones
        self.instanceTypes = instanceTypes
        self.reservation = reservation
        self.spotPolicy = spotPolicy
        self.retry = retry
        self.maxDuration = maxDuration
        self.stopDuration = stopDuration
        self.maxPrice = maxPrice
        self.creationPolicy = creationPolicy
        self.idleDuration = idleDuration
        self.utilizationPolicy = utilizationPolicy
        self.startupOrder = startupOrder
        self.stopCriteria = stopCriteria
        self.schedule = schedule
        self.fleets = fleets
        self.instances = instances
        self.tags = tags
        self.backendOptions = backendOptions
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case backends
        case regions
        case availabilityZones = "availability_zones"
        case instanceTypes = "instance_types"
        case reservation
        case spotPolicy = "spot_policy"
        case retry
        case maxDuration = "max_duration"
        case stopDuration = "stop_duration"
        case maxPrice = "max_price"
        case creationPolicy = "creation_policy"
        case idleDuration = "idle_duration"
        case utilizationPolicy = "utilization_policy"
        case startupOrder = "startup_order"
        case stopCriteria = "stop_criteria"
        case schedule
        case fleets
        case instances
        case tags
        case backendOptions = "backend_options"
    }

    /// The names of the fields, for the models that hold this one flat.
    static let fieldNames = CodingKeys.allCases.map(\.stringValue)

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(embeddedIn: decoder)
        backends = try fields.optional(.backends)
        regions = try fields.optional(.regions)
        availabilityZones = try fields.optional(.availabilityZones)
        instanceTypes = try fields.optional(.instanceTypes)
        reservation = try fields.optional(.reservation)
        spotPolicy = try fields.optional(.spotPolicy)
        retry = try fields.optional(.retry)
        maxDuration = try fields.offableDuration(.maxDuration)
        stopDuration = try fields.offableDuration(.stopDuration)
        maxPrice = try fields.optional(.maxPrice)
        creationPolicy = try fields.optional(.creationPolicy)
        idleDuration = try fields.idleDuration(.idleDuration)
        utilizationPolicy = try fields.optional(.utilizationPolicy)
        startupOrder = try fields.optional(.startupOrder)
        stopCriteria = try fields.optional(.stopCriteria)
        schedule = try fields.optional(.schedule)
        fleets = try fields.optional(.fleets)
        instances = try fields.optional(.instances)
        tags = try fields.tags(.tags)
        backendOptions = try fields.optional(.backendOptions)
        try validate(fields)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(backends, forKey: .backends)
        try container.encode(regions, forKey: .regions)
        try container.encode(availabilityZones, forKey: .availabilityZones)
        try container.encode(instanceTypes, forKey: .instanceTypes)
        try container.encode(reservation, forKey: .reservation)
        try container.encode(spotPolicy, forKey: .spotPolicy)
        try container.encode(retry, forKey: .retry)
        try container.encode(maxDuration, forKey: .maxDuration)
        try container.encode(stopDuration, forKey: .stopDuration)
        try container.encode(maxPrice, forKey: .maxPrice)
        try container.encode(creationPolicy, forKey: .creationPolicy)
        try container.encode(idleDuration, forKey: .idleDuration)
        try container.encode(utilizationPolicy, forKey: .utilizationPolicy)
        try container.encode(startupOrder, forKey: .startupOrder)
        try container.encode(stopCriteria, forKey: .stopCriteria)
        try container.encode(schedule, forKey: .schedule)
        try container.encode(fleets, forKey: .fleets)
        try container.encode(instances, forKey: .instances)
        try container.encode(tags, forKey: .tags)
        try container.encode(backendOptions, forKey: .backendOptions)
    }
}
