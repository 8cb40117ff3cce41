/// When a run is submitted again after a failure.
public struct ProfileRetry: Codable, Sendable, Hashable {
    /// The events to retry on; nil means all.
    public var onEvents: [RetryEvent]?
    /// For how long; nil means an hour.
    public var duration: Seconds?

    public init(onEvents: [RetryEvent]? = nil, duration: Seconds? = nil) {
        self.onEvents = onEvents
        self.duration = duration
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case onEvents = "on_events"
        case duration
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        onEvents = try fields.optional(.onEvents)
        duration = try fields.optional(.duration)
        if onEvents?.isEmpty == true { throw fields.invalid(.onEvents, "at least one event is needed") }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(onEvents, forKey: .onEvents)
        try container.encode(duration, forKey: .duration)
    }
}
