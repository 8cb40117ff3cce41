/// How long a silent peer is borne.
public struct KeepAlive: Sendable, Equatable {
    /// How often a peer that says nothing is asked. At least a tenth of a second.
    public var interval: Duration
    /// After how many silent intervals it is given up; at least 2.
    public var limit: Int

    public init(interval: Duration = .seconds(15), limit: Int = 3) {
        self.interval = interval
        self.limit = limit
    }
}

/// Decides whether a peer is asked for a sign of life or given up.
///
/// It counts questions, not time: a process that was stopped for an hour asks before it judges.
struct KeepAliveMachine: Equatable {
    enum Action: Equatable {
        /// Something came; look again at that moment.
        case wait(until: UInt64)
        case ask(next: UInt64)
        case giveUp
    }

    /// In nanoseconds.
    private let interval: UInt64
    private let limit: Int
    private var lastReceived: UInt64 = 0
    private var silentIntervals = 0

    init(_ settings: KeepAlive) {
        interval = max(100_000_000, Ticks.nanoseconds(settings.interval))
        limit = max(2, settings.limit)
    }

    /// What a peer is given up after, in words.
    var bound: String {
        let seconds = Double(interval) * Double(limit) / 1_000_000_000
        return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }

    /// The moment that was asked for has come.
    ///
    /// - Parameter received: the moment of the last byte that came.
    mutating func tick(now: UInt64, received: UInt64) -> Action {
        if received > lastReceived {
            lastReceived = received
            silentIntervals = 0
            if now < received + interval { return .wait(until: received + interval) }
        }
        silentIntervals += 1
        return silentIntervals >= limit ? .giveUp : .ask(next: now + interval)
    }
}
