import Wire

/// Offers of one GPU model, as `dstack offer --group-by` shows them.
struct GPUGroup: Encodable, Equatable {
    struct Range<Value: Encodable & Comparable>: Encodable, Equatable {
        var min: Value
        var max: Value

        init(_ value: Value) {
            (min, max) = (value, value)
        }

        mutating func include(_ value: Value) {
            min = Swift.min(min, value)
            max = Swift.max(max, value)
        }
    }

    var name: String
    var memoryMib: Int
    var vendor: AcceleratorVendor?
    /// Each that an offer of the group has, once.
    var availability: [InstanceAvailability]
    /// `spot`, `on-demand` or both.
    var spot: [String]
    /// GPUs of an offer.
    var count: Range<Int>
    /// Dollars an hour for one GPU.
    var price: Range<Double>
    /// Dollars an hour for an offer.
    var offerPrice: Range<Double>
    /// Where backends are not told apart.
    var backends: [BackendType]?
    var backend: BackendType?
    /// Where backends are told apart and regions are not.
    var regions: [String]?
    var region: String?

    enum CodingKeys: String, CodingKey {
        case name
        case memoryMib = "memory_mib"
        case vendor, availability, spot, count, price
        case offerPrice = "offer_price"
        case backends, backend, regions, region
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(memoryMib, forKey: .memoryMib)
        try container.encode(vendor, forKey: .vendor)
        try container.encode(availability, forKey: .availability)
        try container.encode(spot, forKey: .spot)
        try container.encode(count, forKey: .count)
        try container.encode(price, forKey: .price)
        try container.encode(offerPrice, forKey: .offerPrice)
        try container.encode(backends, forKey: .backends)
        try container.encode(backend, forKey: .backend)
        try container.encode(regions, forKey: .regions)
        try container.encode(region, forKey: .region)
    }

    /// Whether one of the offers can be had now.
    var isAvailable: Bool {
        availability.contains(where: \.canBeHad)
    }
}

/// What `dstack offer --group-by … --json` prints.
struct GPUGroupsOutput: Encodable {
    var project: String
    var requirements: OfferRequirements
    var groupBy: [OfferGrouping.Field]
    var gpus: [GPUGroup]

    enum CodingKeys: String, CodingKey {
        case project, requirements
        case groupBy = "group_by"
        case gpus
    }
}
