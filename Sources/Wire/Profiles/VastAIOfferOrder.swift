/// In which order offers of Vast.ai are tried.
public enum VastAIOfferOrder: String, Codable, Sendable, CaseIterable {
    case score
    case price
}
