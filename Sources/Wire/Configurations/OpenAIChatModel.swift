/// A model served with an OpenAI-compatible API.
public struct OpenAIChatModel: Codable, Sendable, Hashable {
    /// The name.
    public var name: String
    /// The path that requests begin with.
    public var prefix: String

    public init(name: String, prefix: String = "/v1") {
        self.name = name
        self.prefix = prefix
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type
        case name
        case format
        case prefix
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.type, "chat", isOptional: true)
        try fields.tag(.format, "openai")
        name = try fields.required(.name)
        prefix = try fields.value(.prefix, default: "/v1")
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("chat", forKey: .type)
        try container.encode(name, forKey: .name)
        try container.encode("openai", forKey: .format)
        try container.encode(prefix, forKey: .prefix)
    }
}
