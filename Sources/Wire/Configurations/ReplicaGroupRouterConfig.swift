/// The router that a replica group runs.
public struct ReplicaGroupRouterConfig: Codable, Sendable, Hashable {
    /// What kind it is.
    public var type: RouterType

    public init(type: RouterType = .smg) {
        self.type = type
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        type = try fields.value(.type, default: .smg)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
    }
}
