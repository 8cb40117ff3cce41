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
        /// Something came, or a question is out; look again at that moment.
        case wait(until: UInt64)
        /// Ask by a channel that nobody opens.
        case ask(next: UInt64)
        /// Ask by a request, since a channel is being opened already.
        case request(next: UInt64)
        case giveUp
    }

    /// What the session's one place for opening channels is used for.
    enum Opening: Equatable {
        case nothing
        case question
        /// A channel for somebody. It may wait for an address that does not answer, which proves nothing.
        case channel
    }

    /// libssh2 sends a request at most every other second.
    private static let requestInterval: UInt64 = 2_100_000_000

    /// In nanoseconds.
    private let interval: UInt64
    private let limit: Int
    private var lastReceived: UInt64 = 0
    private var silentIntervals = 0
    /// When the tick was asked for that comes next.
    private var due: UInt64 = 0

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
    mutating func tick(now: UInt64, received: UInt64, opening: Opening) -> Action {
        if received > lastReceived {
            lastReceived = received
            silentIntervals = 0
            if now < received + interval {
                due = received + interval
                return .wait(until: due)
            }
        }
        silentIntervals += 1
        if silentIntervals >= limit { return .giveUp }
        // The clock rings a moment late each time; those moments must not add up to a bound that is missed.
        let isPunctual = due <= now && now - due < interval / 10
        let base = isPunctual ? due : now
        due = base + (opening == .channel ? max(interval, Self.requestInterval) : interval)
        switch opening {
        case .nothing: return .ask(next: due)
        case .question: return .wait(until: due)
        case .channel: return .request(next: due)
        }
    }
}
