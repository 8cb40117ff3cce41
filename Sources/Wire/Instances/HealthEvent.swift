/// One finding of a health check.
public struct HealthEvent: Codable, Sendable, Hashable {
    /// When it happened.
    public var timestamp: Timestamp
    /// What state it is in.
    public var status: HealthStatus
    /// What happened, in words.
    public var message: String

    public init(timestamp: Timestamp, status: HealthStatus, message: String) {
        self.timestamp = timestamp
        self.status = status
        self.message = message
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case timestamp
        case status
        case message
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        timestamp = try fields.required(.timestamp)
        status = try fields.required(.status)
        message = try fields.required(.message)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(timestamp, forKey: .timestamp)
        try container.encode(status, forKey: .status)
        try container.encode(message, forKey: .message)
    }
}
