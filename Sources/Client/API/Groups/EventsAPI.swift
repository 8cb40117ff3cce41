import Wire

/// Operations with events.
public struct EventsAPI: Sendable {
    let client: APIClient

    /// Events as the request filters them; at most 100 in one answer.
    public func list(_ request: ListEventsRequest) async throws(ClientError) -> [Event] {
        try await client.post("/api/events/list", request)
    }
}

extension APIClient {
    /// Operations with events.
    public var events: EventsAPI { EventsAPI(client: self) }
}
