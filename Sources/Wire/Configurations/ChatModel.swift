/// The model that a service serves: a name, or its mapping to the OpenAI-compatible endpoint.
public enum ChatModel: Sendable, Hashable {
    case openai(OpenAIChatModel)
    case tgi(TGIChatModel)
}

extension ChatModel: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        switch (value, value["format"]) {
        case (.string(let name), _): self = .openai(OpenAIChatModel(name: name))
        case (.object, .string("openai")?): self = .openai(try OpenAIChatModel(from: decoder))
        case (.object, .string("tgi")?): self = .tgi(try TGIChatModel(from: decoder))
        case (.object, _): throw decoder.invalid("a model needs a format, openai or tgi")
        case (_, _): throw decoder.invalid("expected the name of a model or a mapping, found \(value.excerpt)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .openai(let model): try model.encode(to: encoder)
        case .tgi(let model): try model.encode(to: encoder)
        }
    }
}
