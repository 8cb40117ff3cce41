/// A backend of a project, without its credentials.
public struct BackendInfo: Codable, Sendable, Hashable {
    /// The name.
    public var name: String
    /// The backend's parameters without credentials.
    public var config: JSONValue

    public init(name: String, config: JSONValue) {
        self.name = name
        self.config = config
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name
        case config
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        name = try fields.required(.name)
        config = try fields.required(.config)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(config, forKey: .config)
    }
}
