/// A limit on the requests to a service.
public struct RateLimit: Codable, Sendable, Hashable {
    /// The path that requests begin with.
    public var prefix: String
    /// By what clients are told apart.
    public var key: PartitioningKey
    /// Requests a second.
    public var rps: Double
    /// How many requests may come at once beyond the rate.
    public var burst: Int

    public init(
        prefix: String = "/", key: PartitioningKey = .ipAddress, rps: Double, burst: Int = 0
    ) {
        self.prefix = prefix
        self.key = key
        self.rps = rps
        self.burst = burst
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case prefix
        case key
        case rps
        case burst
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        prefix = try fields.value(.prefix, default: "/")
        key = try fields.value(.key, default: .ipAddress)
        rps = try fields.required(.rps)
        burst = try fields.value(.burst, default: 0)
        if !prefix.hasPrefix("/") || prefix.count > 4094
            || prefix.contains(where: { $0.isWhitespace || "\\{}".contains($0) })
        {
            throw fields.invalid(.prefix, "a prefix begins with / and has no blanks, \\, { or }")
        }
        if rps < 1.0 / 60 {
            throw fields.invalid(.rps, "a rate is at least one request a minute (0.0167), found \(rps)")
        }
        if burst < 0 { throw fields.invalid(.burst, "a burst cannot be negative") }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(prefix, forKey: .prefix)
        try container.encode(key, forKey: .key)
        try container.encode(rps, forKey: .rps)
        try container.encode(burst, forKey: .burst)
    }
}
