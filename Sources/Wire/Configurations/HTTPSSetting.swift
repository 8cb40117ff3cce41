/// The `https` property of a service.
public enum HTTPSSetting: Sendable, Hashable {
    case flag(Bool)
    case auto
}

extension HTTPSSetting: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if value == .string("auto") {
            self = .auto
        } else if let flag = value.laxBool {
            self = .flag(flag)
        } else {
            throw decoder.invalid("expected true, false or auto, found \(value.excerpt)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .flag(let flag): try container.encode(flag)
        case .auto: try container.encode("auto")
        }
    }
}
