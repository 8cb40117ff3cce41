/// The fleet that a run was placed in.
public struct RunFleet: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String
    /// The name of the fleet.
    public var name: String

    public init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
        case name
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
        name = try fields.required(.name)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
    }
}
