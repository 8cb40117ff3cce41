import Wire

/// Running, and the way down: terminating, finished.
extension JobMachine {
    mutating func whenRunning(_ state: JobState.Running, _ event: JobEvent, _ now: Timestamp) -> JobReaction {
        let instanceID = state.instanceID
        var next = state
        switch event {
        case .task(let task):
            return task.status == .terminated ? end(on: instanceID, cut(ending(of: task)), now) : .stay
        case .taskMissing:
            return end(on: instanceID, cut(Self.forgotten), now)
        case .host:
            // What counts while a job runs is its runner, which is followed on its own.
            return .stay
        case .runnerState(let told):
            guard let ending = ending(of: told) else { return .stay }
            return end(on: instanceID, ending, now)
        case .runner(.lost):
            if state.lostSince != nil { return .stay }
            next.lostSince = now
            return move(to: .running(next), note: "the runner does not answer")
        case .runner(.back):
            if state.lostSince == nil { return .stay }
            next.lostSince = nil
            return move(to: .running(next), note: "the runner answers again")
        case .deadline(.maxDuration):
            let seconds = policy.maxDuration ?? 0
            return end(
                on: instanceID,
                .init(reason: .maxDurationExceeded, message: "the job ran for \(seconds) s", log: .cut), now)
        case .deadline(.unreachable):
            return end(
                on: instanceID, cut(unreachableEnding("the runner")), now, within: JobPolicy.awayEndingTimeout)
        case .deadline(.inactivity):
            guard case .waits = state.inactivity else { return refuse(event, now) }
            next.inactivity = .asks
            return move(to: .running(next))
        case .unconnected(let seconds):
            return whenTold(state, unconnected: seconds, now)
        case .inactivityChanged(let seconds):
            _ = change(inactivity: seconds)
            // How long it has been is the runner's to say.
            next.inactivity = seconds == nil ? nil : .asks
            return move(to: .running(next))
        case .stop(let stop):
            return whenStopped(state, stop, now)
        case .logFailed(let why):
            return end(on: instanceID, .init(reason: .terminatedByServer, message: why, log: .cut), now)
        case .granted, .waits, .noCapacity,  // it has its slot
            .taskRefused,  // the shim took the task
            .clusterReady, .runnerStarted, .runnerRefused,  // it has started
            .deadline(.provisioning), .deadline(.stop), .deadline(.ending),  // not owed
            .taskEnded:  // its end was not asked for
            return refuse(event, now)
        }
    }

    mutating func whenStopped(_ state: JobState.Running, _ stop: JobStop, _ now: Timestamp) -> JobReaction {
        let ending = JobEnding(reason: stop.reason, message: stop.message, log: .cut)
        if stop.isAbort {
            return end(on: state.instanceID, ending, now, within: JobPolicy.abortEndingTimeout)
        }
        let deadline = policy.stopGrace.map { now.advanced(by: .seconds($0 + JobPolicy.stopMargin)) }
        return move(
            to: .terminating(
                .init(
                    instanceID: state.instanceID, ending: ending,
                    phase: .stopping(runner: state.runner, deadline: deadline),
                    lostSince: deadline == nil ? state.lostSince : nil)))
    }

    mutating func whenTerminating(_ state: JobState.Terminating, _ event: JobEvent, _ now: Timestamp) -> JobReaction {
        switch state.phase {
        case .stopping(_, let deadline): whenStopping(state, isBounded: deadline != nil, event, now)
        case .ending(let deadline): whenEnding(state, deadline, event, now)
        }
    }

    private mutating func whenStopping(
        _ state: JobState.Terminating, isBounded: Bool, _ event: JobEvent, _ now: Timestamp
    ) -> JobReaction {
        var ending = state.ending
        var next = state
        switch event {
        case .task(let task):
            return task.status == .terminated ? end(on: state.instanceID, ending, now) : .stay
        case .runnerState(let told):
            if self.ending(of: told) == nil { return .stay }
            ending.exitStatus = told.exitStatus
            ending.log = .whole
            return end(on: state.instanceID, ending, now)
        case .taskMissing, .deadline(.stop):
            return end(on: state.instanceID, ending, now)
        case .runnerRefused(let why):
            ending.message = ending.message ?? "the runner refused to stop: \(why)"
            return end(on: state.instanceID, ending, now)
        case .logFailed(let why):
            ending.message = ending.message ?? why
            return end(on: state.instanceID, ending, now)
        case .host:
            // Its runner is followed on its own.
            return .stay
        case .runner(.lost):
            // A deadline bounds the wait already.
            if isBounded || state.lostSince != nil { return .stay }
            next.lostSince = now
            return move(to: .terminating(next), note: "the runner does not answer")
        case .runner(.back):
            if state.lostSince == nil { return .stay }
            next.lostSince = nil
            return move(to: .terminating(next), note: "the runner answers again")
        case .deadline(.unreachable) where !isBounded:
            ending.message = ending.message ?? unreachableEnding("the runner").message
            return end(on: state.instanceID, ending, now, within: JobPolicy.awayEndingTimeout)
        case .inactivityChanged(let seconds):
            return change(inactivity: seconds)
        case .stop(let stop):
            guard stop.isAbort else { return .stay }
            return end(
                on: state.instanceID, .init(reason: stop.reason, message: stop.message, log: .cut), now,
                within: JobPolicy.abortEndingTimeout)
        case .granted, .waits, .noCapacity,  // it has its slot
            .taskRefused, .clusterReady, .runnerStarted,  // it has started
            .unconnected,  // not asked for
            .deadline(.provisioning), .deadline(.maxDuration), .deadline(.inactivity), .deadline(.unreachable),
            .deadline(.ending),  // not owed
            .taskEnded:  // the runner was asked first
            return refuse(event, now)
        }
    }

    private mutating func whenEnding(
        _ state: JobState.Terminating, _ deadline: Timestamp, _ event: JobEvent, _ now: Timestamp
    ) -> JobReaction {
        switch event {
        case .taskEnded:
            return move(to: .finished(state.ending))
        case .deadline(.ending):
            return move(
                to: .finished(state.ending),
                note: "the host did not confirm that the task ended; it will be ended when the host answers")
        case .stop(let stop):
            let sooner = now.advanced(by: .seconds(JobPolicy.abortEndingTimeout))
            guard stop.isAbort, sooner < deadline else { return .stay }
            var next = state
            next.phase = .ending(deadline: sooner)
            return move(to: .terminating(next))
        case .inactivityChanged(let seconds):
            return change(inactivity: seconds)
        case .granted, .waits, .noCapacity, .task, .taskRefused, .taskMissing, .host,  // nothing but the end is owed
            .clusterReady, .runnerStarted, .runnerRefused, .runnerState, .runner, .logFailed, .unconnected,
            .deadline(.provisioning), .deadline(.maxDuration), .deadline(.inactivity), .deadline(.unreachable),
            .deadline(.stop):
            return refuse(event, now)
        }
    }

    mutating func whenFinished(_ event: JobEvent) -> JobReaction {
        switch event {
        case .stop, .inactivityChanged,  // a user's request may cross the end
            .granted, .waits, .noCapacity, .task, .taskRefused, .taskMissing, .host, .clusterReady, .runnerStarted,
            .runnerRefused, .runnerState, .runner, .unconnected, .deadline, .taskEnded, .logFailed:
            // Nothing reopens what has ended.
            return .stay
        }
    }

    /// The ending that a runner's state means, nil while the job lives.
    private func ending(of told: RunnerState) -> JobEnding? {
        let reason = told.terminationReason.flatMap(JobTerminationReason.init(rawValue:))
        switch told.state {
        case .submitted, .provisioning, .pulling, .running, .terminating:
            return nil
        case .done:
            return JobEnding(reason: .doneByRunner, exitStatus: told.exitStatus ?? 0, log: .whole)
        case .failed, .aborted:
            return JobEnding(
                reason: reason ?? .containerExitedWithError, message: told.terminationMessage,
                exitStatus: told.exitStatus, log: .whole)
        case .terminated:
            return JobEnding(
                reason: reason ?? .terminatedByServer, message: told.terminationMessage, exitStatus: told.exitStatus,
                log: .whole)
        }
    }

    /// The ending of a job that ran and whose log was not followed to its end.
    private func cut(_ ending: JobEnding) -> JobEnding {
        var ending = ending
        ending.log = .cut
        return ending
    }
}
