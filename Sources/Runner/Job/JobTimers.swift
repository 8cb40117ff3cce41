/// The job loop's deadlines, on the clock that no change of the wall clock moves.
struct JobTimers {
    enum Kind: CaseIterable {
        case startDeadline, maxDuration, hangUp, force, beat
        /// When to stop waiting for processes that do not die.
        case killPatience
        /// When to look anew whether processes have died whose parents are told of it, and not the runner.
        case killLook
        /// When to stop waiting for those who read the log.
        case readers
        /// When who comes by SSH is looked at again.
        case door
        /// When somebody is to have logged in over SSH.
        case login
    }

    private var deadlines: [Kind: ContinuousClock.Instant] = [:]

    mutating func start(_ kind: Kind, after duration: Duration) {
        deadlines[kind] = .now.advanced(by: duration)
    }

    mutating func cancel(_ kinds: Kind...) {
        for kind in kinds { deadlines[kind] = nil }
    }

    /// The next deadline; far away where there is none.
    var next: ContinuousClock.Instant {
        deadlines.values.min() ?? .now.advanced(by: .seconds(86_400))
    }

    /// Removes and gives back the deadlines that have passed, oldest first.
    mutating func takeDue() -> [Kind] {
        let now = ContinuousClock.now
        let due = deadlines.filter { $0.value <= now }.sorted { $0.value < $1.value }
        for (kind, _) in due { deadlines[kind] = nil }
        return due.map(\.key)
    }
}
