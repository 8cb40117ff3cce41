/// The fleet to apply, and the one that the user expects it to replace.
public struct ApplyFleetPlanInput: Codable, Sendable, Hashable {
    /// What the user asked for.
    public var spec: FleetSpec
    /// What the user saw there; applying fails where it has changed since, unless forced.
    public var currentResource: Fleet?

    public init(spec: FleetSpec, currentResource: Fleet? = nil) {
        self.spec = spec
        self.currentResource = currentResource
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case spec
        case currentResource = "current_resource"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        spec = try fields.required(.spec)
        currentResource = try fields.optional(.currentResource)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(spec, forKey: .spec)
        try container.encode(currentResource, forKey: .currentResource)
    }
}
