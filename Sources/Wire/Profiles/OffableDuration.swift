/// A duration that can be switched off: `max_duration` and `stop_duration`.
public enum OffableDuration: Sendable, Hashable {
    case off
    case seconds(Int)

    /// The seconds, nil where it is off.
    public var seconds: Int? {
        switch self {
        case .off: nil
        case .seconds(let count): count
        }
    }
}

extension OffableDuration: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        if value == .string("off") || value == .bool(false) {
            self = .off
            return
        }
        guard let duration = Seconds(scalar: value) else {
            throw decoder.invalid("expected off or \(Seconds.expectation), found \(value.excerpt)")
        }
        if duration.count < 0 { throw decoder.invalid("a duration cannot be negative") }
        self = .seconds(duration.count)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .off: try container.encode("off")
        case .seconds(let count): try container.encode(count)
        }
    }
}

extension Fields {
    /// `off` and `false` switch the duration off; `true`, null and absence leave it to the default.
    func offableDuration(_ key: Key) throws -> OffableDuration? {
        if let value: JSONValue = try optional(key), value == .bool(true) { return nil }
        return try optional(key)
    }

    /// As `offableDuration`, with -1 or any negative number of seconds for off.
    func idleDuration(_ key: Key) throws -> Int? {
        guard let value: JSONValue = try optional(key), value != .bool(true) else { return nil }
        if value == .string("off") || value == .bool(false) { return -1 }
        let duration: Seconds = try required(key)
        return duration.count
    }

    /// As `offableDuration`, but off is the same as unset.
    func inactivityDuration(_ key: Key) throws -> Int? {
        try offableDuration(key)?.seconds
    }
}
