/// Spot, on-demand, or whichever is cheaper.
public enum SpotPolicy: String, Codable, Sendable, CaseIterable {
    case spot
    case onDemand = "on-demand"
    case auto
}
