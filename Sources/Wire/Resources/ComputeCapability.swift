/// The compute capability of an NVIDIA GPU, as `8.6`.
public struct ComputeCapability: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number before the point.
    public var major: Int
    /// The number behind the point.
    public var minor: Int

    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    public static func < (left: ComputeCapability, right: ComputeCapability) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    public var description: String { "\(major).\(minor)" }
}

extension ComputeCapability: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        let parts: [String?]
        switch value {
        case .string(let text): parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        case .number(let number): parts = "\(number)".split(separator: ".").map(String.init)
        case .array(let items): parts = items.map(\.scalarText)
        case .null, .bool, .integer, .object: parts = []
        }
        guard parts.count == 2, let major = parts[0].flatMap({ Int($0) }), let minor = parts[1].flatMap({ Int($0) })
        else { throw decoder.invalid("expected a compute capability like 7.5, found \(value.excerpt)") }
        self.init(major: major, minor: minor)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(major)
        try container.encode(minor)
    }
}
