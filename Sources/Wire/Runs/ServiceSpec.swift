/// Where a service is to be reached.
public struct ServiceSpec: Codable, Sendable, Hashable {
    /// The URL.
    public var url: String
    /// The model that the service serves, nil for none.
    public var model: ServiceModelSpec?
    /// What the service's proxy needs to know.
    public var options: JSONValue

    public init(url: String, model: ServiceModelSpec? = nil, options: JSONValue = .object([])) {
        self.url = url
        self.model = model
        self.options = options
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case url
        case model
        case options
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        url = try fields.required(.url)
        model = try fields.optional(.model)
        options = try fields.value(.options, default: .object([]))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(url, forKey: .url)
        try container.encode(model, forKey: .model)
        try container.encode(options, forKey: .options)
    }
}
