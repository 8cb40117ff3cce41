/// The offers for one job of a planned run.
public struct JobPlan: Codable, Sendable, Hashable {
    /// What the job is to run.
    public var jobSpec: JobSpec
    /// The offers, cheapest first, as many as were asked for.
    public var offers: [InstanceOfferWithAvailability]
    /// How many offers there are in all.
    public var totalOffers: Int
    /// The price of the most expensive offer, dollars an hour.
    public var maxPrice: Double?

    public init(
        jobSpec: JobSpec, offers: [InstanceOfferWithAvailability], totalOffers: Int, maxPrice: Double? = nil
    ) {
        self.jobSpec = jobSpec
        self.offers = offers
        self.totalOffers = totalOffers
        self.maxPrice = maxPrice
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case jobSpec = "job_spec"
        case offers
        case totalOffers = "total_offers"
        case maxPrice = "max_price"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        jobSpec = try fields.required(.jobSpec)
        offers = try fields.required(.offers)
        totalOffers = try fields.required(.totalOffers)
        maxPrice = try fields.optional(.maxPrice)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(jobSpec, forKey: .jobSpec)
        try container.encode(offers, forKey: .offers)
        try container.encode(totalOffers, forKey: .totalOffers)
        try container.encode(maxPrice, forKey: .maxPrice)
    }
}
