/// How many instances a fleet has: `2`, `0..4`, or `min`, `target` and `max`.
public struct FleetNodesSpec: Sendable, Hashable {
    /// How many instances are kept at least.
    public var min: Int
    /// How many to start with.
    public var target: Int
    /// Nil for no limit.
    public var max: Int?

    /// - Parameter target: `min` where nil.
    public init(min: Int = 0, target: Int? = nil, max: Int? = nil) {
        self.min = min
        self.target = target ?? min
        self.max = max
    }
}

extension FleetNodesSpec: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case min, target, max
    }

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if case .object = value {
            let fields = try Fields<CodingKeys>(decoder)
            self.init(
                min: try fields.optional(.min) ?? 0, target: try fields.optional(.target),
                max: try fields.optional(.max))
        } else {
            guard let text = value.scalarText else {
                throw decoder.invalid("expected a number of nodes or a range like 0..4, found \(value.excerpt)")
            }
            let ends = RangeText.split(text) ?? [text, text]
            let numbers = try ends.map { end -> Int? in
                if end.isEmpty { return nil }
                guard let number = Int(end) else { throw decoder.invalid("'\(end)' is not a number of nodes") }
                return number
            }
            self.init(min: numbers[0] ?? 0, max: numbers[1])
        }
        if min < 0 { throw decoder.invalid("min cannot be negative") }
        if target < min { throw decoder.invalid("target cannot be below min") }
        if let max, max < Swift.max(min, target) { throw decoder.invalid("max cannot be below min or target") }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(min, forKey: .min)
        if target != min { try container.encode(target, forKey: .target) }
        try container.encode(max, forKey: .max)
    }
}
