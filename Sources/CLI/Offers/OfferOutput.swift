import Wire

/// What `dstack offer --json` prints.
struct OfferOutput: Encodable {
    var project: String
    var user: String
    var requirements: OfferRequirements
    var offers: [InstanceOfferWithAvailability]
    var totalOffers: Int

    enum CodingKeys: String, CodingKey {
        case project, user, requirements, offers
        case totalOffers = "total_offers"
    }

    init(plan: RunPlan, job: JobPlan) {
        project = plan.projectName
        user = plan.user
        requirements = OfferRequirements(plan: plan, job: job)
        offers = job.offers
        totalOffers = job.totalOffers
    }
}

/// What `dstack offer --json` says about what was asked for.
struct OfferRequirements: Encodable {
    var resources: ResourcesSpec
    var maxPrice: Double?
    var spot: Bool?
    var reservation: String?

    init(plan: RunPlan, job: JobPlan) {
        let profile = plan.runSpec.configuration.profile
        let policy = profile.spotPolicy ?? .auto
        resources = job.jobSpec.requirements.resources
        maxPrice = job.jobSpec.requirements.maxPrice
        spot = policy == .auto ? nil : policy == .spot
        reservation = profile.reservation
    }

    enum CodingKeys: String, CodingKey {
        case resources
        case maxPrice = "max_price"
        case spot
        case reservation
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(resources, forKey: .resources)
        try container.encode(maxPrice, forKey: .maxPrice)
        try container.encode(spot, forKey: .spot)
        try container.encode(reservation, forKey: .reservation)
    }
}
