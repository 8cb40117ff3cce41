import Wire

/// Jobs that end when nobody has been connected for a while.
extension JobMachine {
    /// The first look of a job that begins to run.
    func firstLook(_ now: Timestamp) -> JobState.InactivityLook? {
        policy.inactivity.map { .waits(until: now.advanced(by: .seconds($0))) }
    }

    /// Takes the new time; it counts for what is retried, too.
    mutating func change(inactivity seconds: Int?) -> JobReaction {
        policy.inactivity = seconds
        return .changed(note: nil)
    }

    mutating func whenTold(_ state: JobState.Running, unconnected seconds: Int?, _ now: Timestamp) -> JobReaction {
        guard case .asks = state.inactivity, let limit = policy.inactivity else {
            return refuse(.unconnected(seconds: seconds), now)
        }
        if let seconds, seconds >= limit {
            return whenStopped(
                state,
                JobStop(
                    reason: .inactivityDurationExceeded,
                    message: "nobody was connected for \(seconds) s, and inactivity_duration is \(limit) s"), now)
        }
        // The moment at which it may be so first. A runner that does not count is asked again: another may take its place.
        var next = state
        next.inactivity = .waits(until: now.advanced(by: .seconds(limit - (seconds ?? 0))))
        return move(to: .running(next))
    }
}
