import Wire

/// Decides which looks at a host are worth keeping: dstack keeps one a minute, and here a change is kept at once.
struct HostHealth: Sendable, Equatable {
    private(set) var last: HealthCheck?

    /// The check to keep; nil where nothing is new.
    ///
    /// - Parameter interval: after which one is kept in any case.
    mutating func take(_ health: ShimHealth, at now: Timestamp, interval: Duration) -> HealthCheck? {
        let events = health.allFindings.map { HealthEvent(timestamp: now, status: $0.status, message: $0.message) }
        let check = HealthCheck(collectedAt: now, status: health.status, events: events)
        if let last, last.status == check.status, last.events.map(\.message) == events.map(\.message),
            now.since(last.collectedAt) < interval
        {
            return nil
        }
        last = check
        return check
    }
}
