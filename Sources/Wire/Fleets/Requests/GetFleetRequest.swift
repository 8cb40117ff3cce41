/// Body of `fleets/get`.
public struct GetFleetRequest: Codable, Sendable, Hashable {
    /// The name.
    public var name: String?
    /// A UUID, in lowercase.
    public var id: String?

    public init(name: String? = nil, id: String? = nil) {
        self.name = name
        self.id = id
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case id
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.optional(.name)
        id = try fields.optional(.id)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(id, forKey: .id)
    }
}
