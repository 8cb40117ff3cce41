/// The name of a volume, or several of which any one will do.
public enum VolumeNames: Sendable, Hashable {
    case one(String)
    case anyOf([String])
}

extension VolumeNames: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if case .array = value {
            self = .anyOf(try [String](from: decoder))
        } else if let name = value.scalarText {
            self = .one(name)
        } else {
            throw decoder.invalid("expected the name of a volume or a list of names, found \(value.excerpt)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .one(let name): try container.encode(name)
        case .anyOf(let names): try container.encode(names)
        }
    }
}
