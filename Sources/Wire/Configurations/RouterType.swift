/// A router that a replica group can run. On the wire `smg` goes by its older name.
public enum RouterType: String, Sendable, CaseIterable {
    case smg, dynamo
}

extension RouterType: Codable {
    public init(from decoder: any Decoder) throws {
        let name = try String(from: decoder)
        switch name {
        case "smg", "sglang": self = .smg
        case "dynamo": self = .dynamo
        default: throw decoder.invalid("'\(name)' is not a router; known are smg and dynamo")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self == .smg ? "sglang" : rawValue)
    }
}
