/// The `retry` property: a switch or a policy.
public enum RetrySetting: Sendable, Hashable {
    case flag(Bool)
    case policy(ProfileRetry)
}

extension RetrySetting: Codable {
    public init(from decoder: any Decoder) throws {
        switch try JSONValue(from: decoder) {
        case .bool(let flag): self = .flag(flag)
        case .object: self = .policy(try ProfileRetry(from: decoder))
        case let value:
            guard let flag = value.laxBool else {
                throw decoder.invalid(
                    "expected true, false or a mapping of on_events and duration, found \(value.excerpt)")
            }
            self = .flag(flag)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .flag(let flag):
            var container = encoder.singleValueContainer()
            try container.encode(flag)
        case .policy(let policy): try policy.encode(to: encoder)
        }
    }
}
