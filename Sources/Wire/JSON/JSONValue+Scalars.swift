extension JSONValue {
    /// The text of a string or a number; nil for anything else.
    var scalarText: String? {
        switch self {
        case .string(let text): text
        case .integer(let value): String(value)
        case .number(let value): value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : "\(value)"
        case .null, .bool, .array, .object: nil
        }
    }

    /// The text of a string or a number as Python writes it: a float keeps its `.0`.
    var pythonText: String? {
        if case .number(let value) = self { return value.description }
        return scalarText
    }

    /// The value in an error message: scalars as written and shortened, the others by their kind.
    public var excerpt: String {
        switch self {
        case .string(let text): text.count > 60 ? "'\(text.prefix(57))…'" : "'\(text)'"
        case .integer(let value): String(value)
        case .number(let value): "\(value)"
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: kind
        }
    }
}

extension Memory {
    /// Reads a number of gigabytes or a text with a unit.
    init?(scalar: JSONValue) {
        switch scalar {
        case .integer(let value): self.init(number: Double(value))
        case .number(let value): self.init(number: value)
        case .string(let text): self.init(text)
        case .null, .bool, .array, .object: return nil
        }
    }
}

extension Decoder {
    /// An error about the value that is being decoded.
    func invalid(_ message: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: message))
    }
}
