import Wire

/// The life of an instance as a pure function over what its shim and its user do.
///
/// ```
/// reachable ──lost──▶ silent ──overdue──▶ unreachable
///     ▲                 │                      │
///     └─────reached─────┴──────────────────────┘        any ──terminate──▶ terminated
/// ```
public struct InstanceMachine: Sendable, Equatable {
    /// Seconds of silence after which an instance is told to be unreachable.
    public static let silenceLimit = 10

    public private(set) var state: State

    public init(state: State = .reachable) {
        self.state = state
    }

    public enum State: Sendable, Equatable {
        case reachable
        /// Does not answer, perhaps for a moment only.
        case silent(since: Timestamp)
        /// Does not answer and is told so.
        case unreachable
        case terminated
    }

    public enum Event: Sendable, Equatable, CaseIterable {
        case reached
        case lost
        /// The silence has lasted to its limit.
        case overdue
        case terminate
    }

    /// Takes one event; true where what is told of the instance changed.
    public mutating func handle(_ event: Event, at now: Timestamp) -> Bool {
        switch (state, event) {
        case (.reachable, .lost):
            state = .silent(since: now)
            return false
        case (.silent, .reached):
            state = .reachable
            return false
        case (.silent, .overdue):
            state = .unreachable
            return true
        case (.unreachable, .reached):
            state = .reachable
            return true
        case (.reachable, .terminate), (.silent, .terminate), (.unreachable, .terminate):
            state = .terminated
            return true
        case (.reachable, .reached), (.silent, .lost), (.unreachable, .lost),  // told again
            (.reachable, .overdue), (.unreachable, .overdue),  // the shim answered meanwhile, or it was told
            (.terminated, .reached), (.terminated, .lost), (.terminated, .overdue), (.terminated, .terminate):
            return false
        }
    }
}
