/// Into how many parts an instance is split.
public enum Blocks: Sendable, Hashable {
    /// As many as possible.
    case auto
    case count(Int)
}

extension Blocks: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if value == .string("auto") {
            self = .auto
            return
        }
        guard let text = value.scalarText, let count = Int(text), count >= 1 else {
            throw decoder.invalid("expected auto or a number of at least 1, found \(value.excerpt)")
        }
        self = .count(count)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .auto: try container.encode("auto")
        case .count(let count): try container.encode(count)
        }
    }
}
