import Wire

extension InstanceMachine {
    /// Takes one event to its end.
    ///
    /// An effect's word that the state no longer waits for never comes here: the actor knows it by the effect's number.
    /// Pairs that only such a word could make change nothing.
    public mutating func handle(_ event: Event, at now: Timestamp) -> Reaction {
        switch state {
        case .pending: whenPending(event, now)
        case .provisioning(let state): whenProvisioning(state, event, now)
        case .active(let reach): whenActive(reach, event, now)
        case .terminating(let state): whenTerminating(state, event, now)
        case .terminated: .stay
        }
    }

    /// Goes on with what an earlier life began: a try is made anew, and the time in which nobody made one is not its fault.
    public mutating func resume(at now: Timestamp) {
        switch state {
        case .provisioning(var next):
            guard case .trying = next.phase else { return }
            next.phase = .trying(since: now)
            state = .provisioning(next)
        case .terminating(var next):
            // One that rests has its next try before its time is up.
            if case .trying = next.phase { next.phase = .trying(since: now) }
            next.deadline = max(next.deadline, now.advanced(by: .seconds(Self.removalLimit)))
            state = .terminating(next)
        case .pending, .active, .terminated: return
        }
    }

    private mutating func whenPending(_ event: Event, _ now: Timestamp) -> Reaction {
        switch event {
        case .taken:
            let deadline = now.advanced(by: .seconds(Self.provisioningLimit))
            return move(to: .provisioning(.init(deadline: deadline, attempt: 1, phase: .trying(since: now))))
        case .terminate:
            return move(to: .terminated(.init(reason: .terminatedByUser)))
        case .touched, .ready, .setUpFailed, .attemptOverdue, .again, .reached, .lost, .silenceOverdue, .cleaned,
            .removed, .removalFailed, .removalOverdue:  // nothing was begun
            return .stay
        }
    }

    private mutating func whenProvisioning(_ state: Provisioning, _ event: Event, _ now: Timestamp) -> Reaction {
        var next = state
        switch event {
        case .touched:
            if state.isTouched { return .stay }
            next.isTouched = true
            return move(to: .provisioning(next))
        case .ready:
            return move(to: .active(.reachable))
        case .setUpFailed(let why, isTransient: true):
            return retry(state, why, now)
        case .attemptOverdue:
            return retry(state, "it took more than \(Self.attemptLimit) s", now)
        case .setUpFailed(let why, isTransient: false):
            return end(.init(reason: .error, message: why), isTouched: state.isTouched, now)
        case .again:
            guard case .pausing = state.phase else { return .stay }
            next.attempt += 1
            next.phase = .trying(since: now)
            return move(to: .provisioning(next))
        case .terminate:
            return end(.init(reason: .terminatedByUser), isTouched: state.isTouched, now)
        case .taken,  // it goes on from its row
            .reached, .lost, .silenceOverdue,  // no shim is watched yet
            .cleaned, .removed, .removalFailed, .removalOverdue:  // its end was not begun
            return .stay
        }
    }

    /// Tries again after a while, as long as there is time.
    private mutating func retry(_ state: Provisioning, _ why: String, _ now: Timestamp) -> Reaction {
        let pause = min(1 << min(state.attempt, 5), Self.longestPause)
        let moment = now.advanced(by: .seconds(pause))
        guard moment < state.deadline else {
            return end(
                .init(
                    reason: .provisioningTimeout,
                    message: "Failed to set up the host within \(Self.provisioningLimit) s: \(why)"),
                isTouched: state.isTouched, now)
        }
        var next = state
        next.failure = why
        next.phase = .pausing(until: moment)
        return move(to: .provisioning(next))
    }

    private mutating func whenActive(_ reach: Reach, _ event: Event, _ now: Timestamp) -> Reaction {
        switch event {
        case .reached:
            switch reach {
            case .reachable: return .stay
            case .silent:
                state = .active(.reachable)
                return .moved
            case .unreachable: return move(to: .active(.reachable))
            }
        case .lost:
            guard reach == .reachable else { return .stay }
            state = .active(.silent(since: now))
            return .moved
        case .silenceOverdue:
            guard case .silent = reach else { return .stay }
            return move(to: .active(.unreachable))
        case .terminate:
            return end(.init(reason: .terminatedByUser), isTouched: isHost, now)
        case .taken,  // it goes on from its row
            .touched, .ready, .setUpFailed, .attemptOverdue, .again,  // it is set up
            .cleaned, .removed, .removalFailed, .removalOverdue:  // its end was not begun
            return .stay
        }
    }

    private mutating func whenTerminating(_ state: Terminating, _ event: Event, _ now: Timestamp) -> Reaction {
        var next = state
        switch event {
        case .cleaned:
            if state.cleanedAt != nil { return .stay }
            next.cleanedAt = now
            return move(to: .terminating(next))
        case .removed:
            return move(to: .terminated(state.ending))
        case .removalFailed(let why, isTransient: true):
            next.failure = why
            next.phase = .pausing(until: now.advanced(by: .seconds(min(1 << min(state.attempt, 5), Self.longestPause))))
            return move(to: .terminating(next))
        case .removalFailed(let why, isTransient: false):
            return giveUp(state, why)
        case .removalOverdue:
            return giveUp(state, state.failure ?? "it took more than \(Self.removalLimit) s")
        case .again:
            guard case .pausing = state.phase else { return .stay }
            next.attempt += 1
            next.phase = .trying(since: now)
            return move(to: .terminating(next))
        case .terminate:
            // Of one that failed its user now knows.
            if state.ending.reason == .terminatedByUser { return .stay }
            next.ending.reason = .terminatedByUser
            return move(to: .terminating(next))
        case .taken,  // it goes on from its row
            .touched, .ready, .setUpFailed, .attemptOverdue, .reached, .lost, .silenceOverdue:  // it is to go
            return .stay
        }
    }

    private mutating func giveUp(_ state: Terminating, _ why: String) -> Reaction {
        var ending = state.ending
        let rest =
            state.cleanedAt == nil
            ? "What was put on the host could not be removed: \(why)"
            : "The project's key may still be in authorized_keys on the host: \(why)"
        ending.message = ending.message.map { "\($0). \(rest)" } ?? rest
        return move(to: .terminated(ending))
    }

    private mutating func end(_ ending: Ending, isTouched: Bool, _ now: Timestamp) -> Reaction {
        guard isTouched else { return move(to: .terminated(ending)) }
        return move(
            to: .terminating(
                .init(
                    ending: ending, deadline: now.advanced(by: .seconds(Self.removalLimit)), attempt: 1,
                    phase: .trying(since: now))))
    }

    private mutating func move(to next: State) -> Reaction {
        state = next
        return .changed
    }
}
