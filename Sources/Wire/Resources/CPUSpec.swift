/// The CPUs that a configuration asks for: `4`, `2..8`, `arm:8`, or `arch` and `count`.
public struct CPUSpec: Sendable, Hashable {
    /// The architecture, nil for any.
    public var arch: CPUArchitecture?
    /// How many.
    public var count: CountRange

    public init(arch: CPUArchitecture? = nil, count: CountRange = CountRange(min: 2)) {
        self.arch = arch
        self.count = count
    }
}

extension CPUSpec: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case arch, count
    }

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        switch value {
        case .string(let text): try self.init(shorthand: text, at: decoder)
        case .integer(let number): try self.init(shorthand: String(number), at: decoder)
        case .object(let members) where !members.isEmpty && members.allSatisfy({ ["min", "max"].contains($0.name) }):
            self.init(count: try CountRange(from: decoder))
        case .object:
            let fields = try Fields<CodingKeys>(decoder)
            self.init(
                arch: try fields.optional(.arch), count: try fields.value(.count, default: CountRange(min: 2)))
        case .null, .bool, .number, .array:
            throw decoder.invalid("expected CPUs like 4, 2..8 or arm:8, found \(value.excerpt)")
        }
    }

    private init(shorthand text: String, at decoder: any Decoder) throws {
        self.init()
        var hasCount = false
        for token in Shorthand.tokens(text) {
            if token.isEmpty { throw decoder.invalid("nothing stands beside a colon in '\(text)'") }
            if token.contains("..") || token.allSatisfy(\.isWholeNumber) {
                if hasCount { throw decoder.invalid("'\(text)' gives the number of CPUs twice") }
                count = try Shorthand.range(token, in: text, at: decoder)
                hasCount = true
            } else {
                if arch != nil { throw decoder.invalid("'\(text)' gives the CPU architecture twice") }
                guard let named = CPUArchitecture(name: token) else {
                    throw decoder.invalid("'\(token)' in '\(text)' is neither a number of CPUs nor x86 or arm")
                }
                arch = named
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(arch, forKey: .arch)
        try container.encode(count, forKey: .count)
    }
}
