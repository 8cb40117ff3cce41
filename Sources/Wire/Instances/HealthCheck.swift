/// The health of an instance at one time.
public struct HealthCheck: Codable, Sendable, Hashable {
    /// When the check was made.
    public var collectedAt: Timestamp
    /// What state it is in.
    public var status: HealthStatus
    /// What the check found.
    public var events: [HealthEvent]

    public init(collectedAt: Timestamp, status: HealthStatus, events: [HealthEvent]) {
        self.collectedAt = collectedAt
        self.status = status
        self.events = events
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case collectedAt = "collected_at"
        case status
        case events
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        collectedAt = try fields.required(.collectedAt)
        status = try fields.required(.status)
        events = try fields.required(.events)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(collectedAt, forKey: .collectedAt)
        try container.encode(status, forKey: .status)
        try container.encode(events, forKey: .events)
    }
}
