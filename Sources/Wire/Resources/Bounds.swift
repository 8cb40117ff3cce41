/// A value that a range can be of.
public protocol RangeBound: Codable, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Reads one bound as text.
    init?(_ text: String)
}

/// A range whose ends may be open: `2`, `2..8`, `2..`, `..8`.
public struct Bounds<Value: RangeBound>: Sendable, Hashable {
    /// The lower end, included; nil for none.
    public var min: Value?
    /// The upper end, included; nil for none.
    public var max: Value?

    public init(min: Value? = nil, max: Value? = nil) {
        self.min = min
        self.max = max
    }

    /// The range of one value.
    public init(exactly value: Value) {
        self.init(min: value, max: value)
    }

    /// Whether a value lies in the range, ends included.
    public func contains(_ value: Value) -> Bool {
        (min.map { $0 <= value } ?? true) && (max.map { value <= $0 } ?? true)
    }

    /// What both ranges contain, nil where that is nothing.
    public func intersection(_ other: Bounds) -> Bounds? {
        let low = [min, other.min].compactMap(\.self).max()
        let high = [max, other.max].compactMap(\.self).min()
        if let low, let high, low > high { return nil }
        return Bounds(min: low, max: high)
    }
}

/// A range of counts, as of CPUs or GPUs.
public typealias CountRange = Bounds<Int>

/// A range of amounts of memory or disk.
public typealias MemoryRange = Bounds<Memory>

extension Int: RangeBound {}

extension Bounds: CustomStringConvertible {
    public var description: String {
        if let min, min == max { return min.description }
        return (min?.description ?? "") + ".." + (max?.description ?? "")
    }
}

extension Bounds: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case min, max
    }

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if case .object = value {
            let fields = try Fields<CodingKeys>(decoder)
            self.init(min: try fields.optional(.min), max: try fields.optional(.max))
        } else {
            self = try Self.parse(value, at: decoder)
        }
        if min == nil, max == nil { throw decoder.invalid("a range needs at least one end") }
        if let min, let max, min > max {
            throw decoder.invalid("the range \(self) begins above its end")
        }
    }

    private static func parse(_ value: JSONValue, at decoder: any Decoder) throws -> Bounds {
        let expected = "expected a value or a range like 2..8"
        if case .string(let text) = value, let ends = RangeText.split(text) {
            let bounds = try ends.map { end -> Value? in
                if end.isEmpty { return nil }
                guard let bound = Value(end) else { throw decoder.invalid("'\(end)' in '\(text)': \(expected)") }
                return bound
            }
            return Bounds(min: bounds[0], max: bounds[1])
        }
        guard let text = value.scalarText, let bound = Value(text) else {
            throw decoder.invalid("\(expected), found \(value.excerpt)")
        }
        return Bounds(exactly: bound)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(min, forKey: .min)
        try container.encode(max, forKey: .max)
    }
}

/// The text form of ranges.
enum RangeText {
    /// The two ends of `a..b`, blanks dropped; nil where the text is no range.
    static func split(_ text: String) -> [String]? {
        let compact = Array(text.utf8.filter { $0 != UInt8(ascii: " ") })
        let dot = UInt8(ascii: ".")
        var dots: [Int] = []
        var index = 0
        while index + 1 < compact.count {
            if compact[index] == dot, compact[index + 1] == dot {
                dots.append(index)
                index += 2
            } else {
                index += 1
            }
        }
        guard dots.count == 1 else { return nil }
        return [
            String(decoding: compact[..<dots[0]], as: UTF8.self),
            String(decoding: compact[(dots[0] + 2)...], as: UTF8.self),
        ]
    }
}

extension Bounds<Memory> {
    /// 8 GB or more: the memory that a configuration asks for where it does not say.
    public static let standard = MemoryRange(min: Memory(gigabytes: 8))
}
