/// An amount of memory or disk, in gigabytes (1024³ bytes).
///
/// Written as a number of gigabytes or with a unit: `512MB`, `16GB`, `1TB`.
public struct Memory: Sendable, Hashable, Comparable {
    /// The amount, in units of 1024³ bytes.
    public var gigabytes: Double

    public init(gigabytes: Double) {
        self.gigabytes = gigabytes
    }

    public static func < (left: Memory, right: Memory) -> Bool { left.gigabytes < right.gigabytes }

    /// The whole bytes of this amount; what does not fit into 64 bits is the largest that does.
    public var bytes: Int64 { Int64(exactly: (gigabytes * 1_073_741_824).rounded(.down)) ?? .max }

    /// The whole mebibytes of this amount.
    public var mebibytes: Int { Int(exactly: (gigabytes * 1024).rounded(.down)) ?? .max }
}

extension Memory: RangeBound, CustomStringConvertible {
    /// Reads a number with or without a unit; nil where the text is something else or not finite.
    public init?(_ text: String) {
        var digits = String(text.filter { $0 != " " }).lowercased()
        var factor = 1.0
        for (unit, gigabytes) in [("tb", 1024.0), ("gb", 1.0), ("mb", 1.0 / 1024)] where digits.hasSuffix(unit) {
            digits.removeLast(2)
            factor = gigabytes
            break
        }
        guard let value = Double(digits), value.isFinite, !digits.hasPrefix("0x") else { return nil }
        gigabytes = value * factor
    }

    init?(number: Double) {
        guard number.isFinite else { return nil }
        gigabytes = number
    }

    static var expectation: String { "an amount like 16GB, 512MB or 1TB" }

    /// As dstack prints it in plans: `8GB`, `0.5GB`.
    public var description: String { DecimalText.general(gigabytes) + "GB" }
}

extension Memory: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        guard let memory = Memory(scalar: value) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "expected \(Self.expectation), found \(value.excerpt)"))
        }
        self = memory
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(gigabytes)
    }
}
