/// When a job is submitted again, resolved from `ProfileRetry`.
public struct Retry: Codable, Sendable, Hashable {
    /// The events to retry on.
    public var onEvents: [RetryEvent]
    /// For how long to retry, in seconds.
    public var duration: Int

    public init(onEvents: [RetryEvent], duration: Int) {
        self.onEvents = onEvents
        self.duration = duration
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case onEvents = "on_events"
        case duration
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        onEvents = try fields.required(.onEvents)
        duration = try fields.required(.duration)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(onEvents, forKey: .onEvents)
        try container.encode(duration, forKey: .duration)
    }
}
