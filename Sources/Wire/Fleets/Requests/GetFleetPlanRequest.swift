/// Body of `fleets/get_plan`.
public struct GetFleetPlanRequest: Codable, Sendable, Hashable {
    /// What the user asked for.
    public var spec: FleetSpec

    public init(spec: FleetSpec) {
        self.spec = spec
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case spec
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        spec = try fields.required(.spec)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(spec, forKey: .spec)
    }
}
