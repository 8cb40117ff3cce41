/// Options for offers of Vast.ai.
public struct VastAIProfileOptions: Codable, Sendable, Hashable {
    /// In which order offers are tried.
    public var offerOrder: VastAIOfferOrder?
    /// The least reliability of offers, 0 to 1; nil for 0.9.
    public var minReliability: Double?
    /// The least score of offers, nil for any.
    public var minScore: Int?

    public init(
        offerOrder: VastAIOfferOrder? = nil, minReliability: Double? = nil, minScore: Int? = nil
    ) {
        self.offerOrder = offerOrder
        self.minReliability = minReliability
        self.minScore = minScore
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type
        case offerOrder = "offer_order"
        case minReliability = "min_reliability"
        case minScore = "min_score"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.type, "vastai", isOptional: true)
        offerOrder = try fields.optional(.offerOrder)
        minReliability = try fields.optional(.minReliability)
        minScore = try fields.optional(.minScore)
        if let minReliability, !(0...1).contains(minReliability) {
            throw fields.invalid(.minReliability, "a reliability is 0 to 1, found \(minReliability)")
        }
        if let minScore, minScore < 0 { throw fields.invalid(.minScore, "a score cannot be negative") }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("vastai", forKey: .type)
        try container.encode(offerOrder, forKey: .offerOrder)
        try container.encode(minReliability, forKey: .minReliability)
        try container.encode(minScore, forKey: .minScore)
    }
}
