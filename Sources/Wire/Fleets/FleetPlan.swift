/// What applying a fleet would do.
public struct FleetPlan: Codable, Sendable, Hashable {
    /// The name of the project.
    public var projectName: String
    /// The name of the user.
    public var user: String
    /// What the user asked for.
    public var spec: FleetSpec
    /// `spec` with the server's defaults filled in.
    public var effectiveSpec: FleetSpec?
    /// What is there under this name, nil for nothing.
    public var currentResource: Fleet?
    /// The offers, cheapest first, as many as were asked for.
    public var offers: [InstanceOfferWithAvailability]
    /// How many offers there are in all.
    public var totalOffers: Int
    /// The price of the most expensive offer, dollars an hour.
    public var maxOfferPrice: Double?
    /// Whether applying creates or updates.
    public var action: ApplyAction?

    public init(
        projectName: String, user: String, spec: FleetSpec, effectiveSpec: FleetSpec? = nil,
        currentResource: Fleet? = nil, offers: [InstanceOfferWithAvailability], totalOffers: Int,
        maxOfferPrice: Double? = nil, action: ApplyAction? = nil
    ) {
        self.projectName = projectName
        self.user = user
        self.spec = spec
        self.effectiveSpec = effectiveSpec
        self.currentResource = currentResource
        self.offers = offers
        self.totalOffers = totalOffers
        self.maxOfferPrice = maxOfferPrice
        self.action = action
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case projectName = "project_name"
        case user
        case spec
        case effectiveSpec = "effective_spec"
        case currentResource = "current_resource"
        case offers
        case totalOffers = "total_offers"
        case maxOfferPrice = "max_offer_price"
        case action
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        projectName = try fields.required(.projectName)
        user = try fields.required(.user)
        spec = try fields.required(.spec)
        effectiveSpec = try fields.optional(.effectiveSpec)
        currentResource = try fields.optional(.currentResource)
        offers = try fields.required(.offers)
        totalOffers = try fields.required(.totalOffers)
        maxOfferPrice = try fields.optional(.maxOfferPrice)
        action = try fields.optional(.action)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(user, forKey: .user)
        try container.encode(spec, forKey: .spec)
        try container.encode(effectiveSpec, forKey: .effectiveSpec)
        try container.encode(currentResource, forKey: .currentResource)
        try container.encode(offers, forKey: .offers)
        try container.encode(totalOffers, forKey: .totalOffers)
        try container.encode(maxOfferPrice, forKey: .maxOfferPrice)
        try container.encode(action, forKey: .action)
    }
}
