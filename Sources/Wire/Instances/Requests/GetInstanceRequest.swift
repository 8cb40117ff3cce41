/// Body of `instances/get`.
public struct GetInstanceRequest: Codable, Sendable, Hashable {
    /// A UUID, in lowercase.
    public var id: String

    public init(id: String) {
        self.id = id
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        id = try fields.required(.id)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
    }
}
