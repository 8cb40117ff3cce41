/// One piece of a log; `message` is base64.
public struct LogEvent: Codable, Sendable, Hashable {
    /// When it happened.
    public var timestamp: Timestamp
    /// The stream that it came from.
    public var logSource: LogEventSource
    /// The piece of the log, in base64.
    public var message: String

    public init(timestamp: Timestamp, logSource: LogEventSource, message: String) {
        self.timestamp = timestamp
        self.logSource = logSource
        self.message = message
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case timestamp
        case logSource = "log_source"
        case message
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        timestamp = try fields.required(.timestamp)
        logSource = try fields.required(.logSource)
        message = try fields.required(.message)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(timestamp, forKey: .timestamp)
        try container.encode(logSource, forKey: .logSource)
        try container.encode(message, forKey: .message)
    }
}
