/// One host of an SSH fleet: its address, or its parameters.
public enum SSHHost: Sendable, Hashable {
    case address(String)
    case params(SSHHostParams)
}

extension SSHHost: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if case .object = value {
            self = .params(try SSHHostParams(from: decoder))
        } else if let address = value.scalarText {
            self = .address(address)
        } else {
            throw decoder.invalid("expected a host name or a mapping, found \(value.excerpt)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .address(let address):
            var container = encoder.singleValueContainer()
            try container.encode(address)
        case .params(let params): try params.encode(to: encoder)
        }
    }
}
