import Wire

/// Time as the engine sees it: wall-clock stamps, and waits on a clock that never jumps.
public protocol EngineClock: Sendable {
    /// Wall-clock time, for stamps and stored deadlines.
    func now() -> Timestamp

    /// Waits on the monotonic clock; a jump of the wall clock does not shorten it.
    ///
    /// - Throws: `CancellationError`.
    func sleep(for duration: Duration) async throws
}

extension EngineClock {
    /// Waits until a stored deadline: what is left of it now is waited on the monotonic clock.
    public func sleep(until deadline: Timestamp) async throws {
        try await sleep(for: max(.zero, deadline.since(now())))
    }

    /// Waits until the wall clock shows a moment, whatever jumps it makes meanwhile: it is looked at once a minute, and
    /// at the end.
    public func sleep(untilWallClock moment: Timestamp) async throws {
        while true {
            let left = moment.since(now())
            if left <= .zero { return }
            try await sleep(for: min(left, .seconds(60)))
        }
    }
}

/// The machine's own clocks.
public struct SystemEngineClock: EngineClock {
    public init() {}

    public func now() -> Timestamp { .now }

    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration, clock: .continuous)
    }
}
