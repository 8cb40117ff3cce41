/// Body of `runs/get_plan`.
public struct GetRunPlanRequest: Codable, Sendable, Hashable {
    /// What the user asked for.
    public var runSpec: RunSpec
    /// How many offers are told at most, 1 to 10000; nil for 50.
    public var maxOffers: Int?
    /// The most expensive offers first.
    public var reverseOffers: Bool
    /// Offers as they are, not cut to the requirements.
    public var fullOffers: Bool
    /// Only what jobs have left free of each instance.
    public var unallocatedResources: Bool
    /// The plan is asked for its offers only; no run will follow.
    public var forOffersOnly: Bool

    public init(
        runSpec: RunSpec, maxOffers: Int? = nil, reverseOffers: Bool = false, fullOffers: Bool = false,
        unallocatedResources: Bool = false, forOffersOnly: Bool = false
    ) {
        self.runSpec = runSpec
        self.maxOffers = maxOffers
        self.reverseOffers = reverseOffers
        self.fullOffers = fullOffers
        self.unallocatedResources = unallocatedResources
        self.forOffersOnly = forOffersOnly
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case runSpec = "run_spec"
        case maxOffers = "max_offers"
        case reverseOffers = "reverse_offers"
        case fullOffers = "full_offers"
        case unallocatedResources = "unallocated_resources"
        case forOffersOnly = "for_offers_only"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        runSpec = try fields.required(.runSpec)
        maxOffers = try fields.optional(.maxOffers)
        reverseOffers = try fields.value(.reverseOffers, default: false)
        fullOffers = try fields.value(.fullOffers, default: false)
        unallocatedResources = try fields.value(.unallocatedResources, default: false)
        forOffersOnly = try fields.value(.forOffersOnly, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runSpec, forKey: .runSpec)
        try container.encode(maxOffers, forKey: .maxOffers)
        try container.encode(reverseOffers, forKey: .reverseOffers)
        try container.encode(fullOffers, forKey: .fullOffers)
        try container.encode(unallocatedResources, forKey: .unallocatedResources)
        try container.encode(forOffersOnly, forKey: .forOffersOnly)
    }
}
