/// A model that a service serves.
public struct ServiceModelSpec: Codable, Sendable, Hashable {
    /// The name.
    public var name: String
    /// Where the model's API is, as a URL or a path of the server.
    public var baseUrl: String
    /// What kind it is.
    public var type: String

    public init(name: String, baseUrl: String, type: String) {
        self.name = name
        self.baseUrl = baseUrl
        self.type = type
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case baseUrl = "base_url"
        case type
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.required(.name)
        baseUrl = try fields.required(.baseUrl)
        type = try fields.required(.type)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(baseUrl, forKey: .baseUrl)
        try container.encode(type, forKey: .type)
    }
}
