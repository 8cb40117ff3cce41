/// The load balancer in front of a gateway; there is one kind.
public struct GatewayLoadBalancer: Codable, Sendable, Hashable {
    public init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type
    }

    public init(from decoder: any Decoder) throws {
        try Fields<CodingKeys>(decoder).tag(.type, "alb")
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("alb", forKey: .type)
    }
}
