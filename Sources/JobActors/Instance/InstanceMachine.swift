import Wire

/// The life of an instance as a pure function: `(state, event) → state`, and the effects that the state owes.
///
/// ```
/// pending ──taken──▶ provisioning ──ready──▶ active (reachable ⇄ silent → unreachable)
///                     │   ▲   │                 │
///                     │   └───┘ fails for       │ terminate
///         fails for   │         a while         ▼
///         good, or ───┴──────────────────▶ terminating ──removed, given up──▶ terminated
///         for too long
/// ```
///
/// An instance of this machine is active from its beginning, and has nothing to remove at its end.
public struct InstanceMachine: Sendable, Equatable, Codable {
    /// Seconds of silence after which an instance is told to be unreachable.
    public static let silenceLimit = 10
    /// Seconds from the beginning after which no further try is made to set a host up: as many as in dstack.
    public static let provisioningLimit = 600
    /// Seconds that one try to set a host up may take: as many as in dstack.
    public static let attemptLimit = 1200
    /// Seconds after which a host that does not let us remove what is on it is given up.
    public static let removalLimit = 240
    /// Longest wait between two tries, in seconds.
    static let longestPause = 30

    /// Whether it is a host that has to be set up.
    public let isHost: Bool
    public internal(set) var state: State

    /// A host that is to be set up.
    public init() {
        self.init(isHost: true, state: .pending)
    }

    /// This machine, or what was ready before states were kept.
    public static func ready(isUnreachable: Bool) -> InstanceMachine {
        InstanceMachine(isHost: false, state: .active(isUnreachable ? .unreachable : .reachable))
    }

    init(isHost: Bool, state: State) {
        self.isHost = isHost
        self.state = state
    }

    public enum State: Sendable, Equatable, Codable {
        /// Waits until an earlier instance, if there is one, has given its host back.
        case pending
        case provisioning(Provisioning)
        /// Takes jobs while it is reachable.
        case active(Reach)
        case terminating(Terminating)
        case terminated(Ending)
    }

    public struct Provisioning: Sendable, Equatable, Codable {
        /// When the last try may begin.
        public var deadline: Timestamp
        /// From 1.
        public var attempt: Int
        public var phase: Phase
        /// Why the last try failed.
        public var failure: String?
        /// Whether something may have been put on the host.
        public var isTouched = false
    }

    public enum Reach: Sendable, Equatable, Codable {
        case reachable
        /// Does not answer, perhaps for a moment only.
        case silent(since: Timestamp)
        /// Does not answer and is told so.
        case unreachable
    }

    public struct Terminating: Sendable, Equatable, Codable {
        public var ending: Ending
        /// When the host is given up.
        public var deadline: Timestamp
        /// From 1.
        public var attempt: Int
        public var phase: Phase
        public var failure: String?
        /// When everything was off the host but the project's key: from then on a host that lets us in no longer has nothing
        /// of ours.
        public var cleanedAt: Timestamp?
    }

    /// What a state that tries again and again is at.
    public enum Phase: Sendable, Equatable, Codable {
        case trying(since: Timestamp)
        case pausing(until: Timestamp)
    }

    public struct Ending: Sendable, Equatable, Codable {
        public var reason: InstanceTerminationReason
        /// What happened, for the user.
        public var message: String?

        public init(reason: InstanceTerminationReason, message: String? = nil) {
            self.reason = reason
            self.message = message
        }
    }

    public enum Event: Sendable, Equatable {
        /// Its host is its own now.
        case taken
        /// Set-up is about to put something on the host.
        case touched
        /// The host is set up.
        case ready
        case setUpFailed(String, isTransient: Bool)
        /// A try to set it up took too long.
        case attemptOverdue
        /// A pause is over.
        case again
        case reached
        case lost
        /// The silence has lasted to its limit.
        case silenceOverdue
        /// Its user takes it out of use.
        case terminate
        /// Everything is off the host but the project's key, which is about to be taken out.
        case cleaned
        case removed
        case removalFailed(String, isTransient: Bool)
        case removalOverdue
    }

    /// What an event did.
    public enum Reaction: Sendable, Equatable {
        case stay
        /// The state is a new one that nobody needs to know of after a crash.
        case moved
        /// There is something to checkpoint.
        case changed
    }

    /// The status on the wire; busy is an idle one with claims.
    public var status: InstanceStatus {
        switch state {
        case .pending: .pending
        case .provisioning: .provisioning
        case .active: .idle
        case .terminating: .terminating
        case .terminated: .terminated
        }
    }

    /// Whether what is under way on the host may go on to what cannot be taken back: its row says that set-up may have put
    /// something there, or that a removal has left nothing but the key.
    var isNoted: Bool {
        switch state {
        case .provisioning(let state): state.isTouched
        case .terminating(let state): state.cleanedAt != nil
        case .pending, .active, .terminated: false
        }
    }

    /// Whether nothing but the project's key may be left on the host.
    var isCleaned: Bool {
        if case .terminating(let state) = state { state.cleanedAt != nil } else { false }
    }

    public var isUnreachable: Bool { state == .active(.unreachable) }

    /// How it ends, once that is decided.
    public var ending: Ending? {
        switch state {
        case .pending, .provisioning, .active: nil
        case .terminating(let state): state.ending
        case .terminated(let ending): ending
        }
    }

    /// What the last try met, while it is tried again.
    public var failure: String? {
        switch state {
        case .provisioning(let state): state.failure
        case .terminating(let state): state.failure
        case .pending, .active, .terminated: nil
        }
    }
}
