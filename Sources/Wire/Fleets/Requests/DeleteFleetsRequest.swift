/// Body of `fleets/delete`.
public struct DeleteFleetsRequest: Codable, Sendable, Hashable {
    /// The names.
    public var names: [String]

    public init(names: [String]) {
        self.names = names
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case names
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        names = try fields.required(.names)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(names, forKey: .names)
    }
}
