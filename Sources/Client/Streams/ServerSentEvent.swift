/// One event of a `text/event-stream`.
public struct ServerSentEvent: Sendable, Equatable {
    /// The last id that the stream gave, up to and with this event; `nil` before the first.
    public var id: String?
    /// The event's type; `message` where the stream does not say.
    public var event: String
    /// The data lines, joined by line feeds.
    public var data: String

    /// Creates an event.
    public init(id: String? = nil, event: String = "message", data: String) {
        self.id = id
        self.event = event
        self.data = data
    }
}
