/// A duration in whole seconds, also written with a unit: `90`, `30s`, `5m`, `2h`, `1d`, `1w`.
public struct Seconds: Sendable, Hashable, Comparable {
    /// How many.
    public var count: Int

    public init(_ count: Int) {
        self.count = count
    }

    public static func < (left: Seconds, right: Seconds) -> Bool { left.count < right.count }

    private static let units: [(letter: Character, seconds: Int)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]

    /// Reads whole seconds, or an amount with one unit; nil where the text is something else.
    public init?(_ text: String) {
        if let count = Int(text.filter { $0 != " " }), !text.isEmpty {
            self.init(count)
            return
        }
        guard let unit = Self.units.first(where: { $0.letter == text.last }) else { return nil }
        var digits = text.dropLast()
        while digits.last == " " { digits.removeLast() }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let amount = Int(digits)
        else { return nil }
        let (product, overflow) = amount.multipliedReportingOverflow(by: unit.seconds)
        guard !overflow else { return nil }
        self.init(product)
    }

    /// What a duration looks like, for error messages.
    static let expectation = "a duration like 90s, 5m, 2h, 1d or 1w"

    /// In the largest unit that fits exactly, as dstack prints durations: `5m`, `90s`.
    public var description: String {
        guard count > 0 else { return "\(count)s" }
        for unit in Self.units where count % unit.seconds == 0 { return "\(count / unit.seconds)\(unit.letter)" }
        return "\(count)s"
    }

    /// In several units: `1h 15m 45s`.
    public var longDescription: String {
        guard count > 0 else { return "\(count)s" }
        var rest = count
        var parts: [String] = []
        for unit in Self.units where rest >= unit.seconds {
            parts.append("\(rest / unit.seconds)\(unit.letter)")
            rest %= unit.seconds
        }
        return parts.joined(separator: " ")
    }

    /// Reads a scalar as dstack does: a number, cut to whole seconds, or a text.
    init?(scalar: JSONValue) {
        switch scalar {
        case .integer(let value): self.init(Int(value))
        case .number(let value):
            guard let count = Int(exactly: value.rounded(.towardZero)) else { return nil }
            self.init(count)
        case .bool(let value): self.init(value ? 1 : 0)
        case .string(let text): self.init(text)
        case .null, .array, .object: return nil
        }
    }
}

extension Seconds: Codable, CustomStringConvertible {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        guard let seconds = Seconds(scalar: value) else {
            throw decoder.invalid("expected \(Self.expectation), found \(value.excerpt)")
        }
        self = seconds
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(count)
    }
}
