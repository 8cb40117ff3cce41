/// A kind of instance and what it has.
public struct InstanceType: Codable, Sendable, Hashable {
    /// The name.
    public var name: String
    /// What it has.
    public var resources: Resources

    public init(name: String, resources: Resources) {
        self.name = name
        self.resources = resources
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case resources
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.required(.name)
        resources = try fields.required(.resources)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(resources, forKey: .resources)
    }
}
