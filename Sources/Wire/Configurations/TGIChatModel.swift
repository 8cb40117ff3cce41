/// A model served by Text Generation Inference.
public struct TGIChatModel: Codable, Sendable, Hashable {
    /// The name.
    public var name: String
    /// The template of prompts, nil for the model's own.
    public var chatTemplate: String?
    /// The token that ends a text, nil for the model's own.
    public var eosToken: String?

    public init(name: String, chatTemplate: String? = nil, eosToken: String? = nil) {
        self.name = name
        self.chatTemplate = chatTemplate
        self.eosToken = eosToken
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type
        case name
        case format
        case chatTemplate = "chat_template"
        case eosToken = "eos_token"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        try fields.tag(.type, "chat", isOptional: true)
        try fields.tag(.format, "tgi")
        name = try fields.required(.name)
        chatTemplate = try fields.optional(.chatTemplate)
        eosToken = try fields.optional(.eosToken)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("chat", forKey: .type)
        try container.encode(name, forKey: .name)
        try container.encode("tgi", forKey: .format)
        try container.encode(chatTemplate, forKey: .chatTemplate)
        try container.encode(eosToken, forKey: .eosToken)
    }
}
