/// By what a rate limit tells clients apart.
public enum PartitioningKey: Sendable, Hashable {
    case ipAddress
    /// The value of the HTTP header of this name.
    case header(String)
}

extension PartitioningKey: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case type, header
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        let type: String = try fields.required(.type)
        switch type {
        case "ip_address":
            if fields.container.contains(.header) { throw fields.invalid(.header, "ip_address takes no header") }
            self = .ipAddress
        case "header": self = .header(try fields.required(.header))
        default: throw fields.invalid(.type, "'\(type)' is no partitioning key; known are ip_address and header")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .ipAddress: try container.encode("ip_address", forKey: .type)
        case .header(let name):
            try container.encode("header", forKey: .type)
            try container.encode(name, forKey: .header)
        }
    }
}
