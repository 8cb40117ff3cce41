import Wire

/// What a state of an instance owes to the world; derived from the state, as a job's is.
public enum InstanceEffect: Sendable, Hashable {
    /// Wait until the host is no instance's any more that was there before.
    case awaitHost
    /// Make the machine a host.
    case setUp(attempt: Int)
    /// Follow the stream of its shim.
    case watch
    /// Take back what set-up put on it.
    case remove(attempt: Int)
    /// Wait for a moment.
    case timer(InstanceTimer, at: Timestamp)
}

/// What an instance waits for.
public enum InstanceTimer: Sendable, Hashable {
    case attempt, pause, silence, removal

    var event: InstanceMachine.Event {
        switch self {
        case .attempt: .attemptOverdue
        case .pause: .again
        case .silence: .silenceOverdue
        case .removal: .removalOverdue
        }
    }
}

extension InstanceMachine {
    /// What the present state owes.
    public var owed: [InstanceEffect] {
        switch state {
        case .pending: [.awaitHost]
        case .terminated: []
        case .provisioning(let state):
            switch state.phase {
            case .trying(let since):
                [
                    .setUp(attempt: state.attempt),
                    .timer(.attempt, at: since.advanced(by: .seconds(Self.attemptLimit))),
                ]
            case .pausing(let until): [.timer(.pause, at: until)]
            }
        case .active(.silent(let since)):
            [.watch, .timer(.silence, at: since.advanced(by: .seconds(Self.silenceLimit)))]
        case .active(.reachable), .active(.unreachable): [.watch]
        case .terminating(let state):
            switch state.phase {
            case .trying: [.remove(attempt: state.attempt), .timer(.removal, at: state.deadline)]
            case .pausing(let until): [.timer(.pause, at: until), .timer(.removal, at: state.deadline)]
            }
        }
    }
}
