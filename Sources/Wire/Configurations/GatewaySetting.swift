/// The `gateway` property of a service: a switch or the name of a gateway.
public enum GatewaySetting: Sendable, Hashable {
    case flag(Bool)
    case named(EntityReference)
}

extension GatewaySetting: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if let flag = value.laxBool {
            self = .flag(flag)
        } else {
            self = .named(try EntityReference(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .flag(let flag):
            var container = encoder.singleValueContainer()
            try container.encode(flag)
        case .named(let reference): try reference.encode(to: encoder)
        }
    }
}
