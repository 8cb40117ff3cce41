import Wire

/// The way up: submitted, provisioning, pulling.
extension JobMachine {
    mutating func whenSubmitted(_ event: JobEvent, _ now: Timestamp) -> JobReaction {
        switch event {
        case .granted(let instanceID):
            let deadline = now.advanced(by: .seconds(policy.provisioningTimeout))
            return move(to: .provisioning(.init(instanceID: instanceID, deadline: deadline)))
        case .waits(let why):
            return wait(for: why)
        case .noCapacity(let why):
            return move(to: .finished(.init(reason: .failedToStartDueToNoCapacity, message: why)))
        case .stop(let stop):
            return move(to: .finished(.init(reason: stop.reason, message: stop.message)))
        case .inactivityChanged(let seconds):
            return change(inactivity: seconds)
        case .task, .taskRefused, .taskMissing, .host, .taskEnded,  // no task was asked for
            .clusterReady, .runnerStarted, .runnerRefused, .runnerState, .runner, .logFailed,  // there is no runner
            .unconnected,
            .deadline:  // a queue has no deadline: the run's retry policy has
            return refuse(event, now)
        }
    }

    mutating func whenProvisioning(_ state: JobState.Provisioning, _ event: JobEvent, _ now: Timestamp)
        -> JobReaction
    {
        let instanceID = state.instanceID
        switch event {
        case .task(let task):
            return whenStarting(instanceID, task, now)
        case .taskRefused(let why):
            return end(on: instanceID, .init(reason: .creatingContainerError, message: why), now)
        case .taskMissing, .host:
            // The request is still on its way; the deadline bounds it.
            return .stay
        case .deadline(.provisioning):
            let seconds = policy.provisioningTimeout
            return end(
                on: instanceID,
                .init(
                    reason: .waitingRunnerLimitExceeded, message: "the host did not take the task within \(seconds) s"),
                now)
        case .stop(let stop):
            return end(
                on: instanceID, .init(reason: stop.reason, message: stop.message), now, within: stop.endingTimeout)
        case .inactivityChanged(let seconds):
            return change(inactivity: seconds)
        case .granted, .waits, .noCapacity,  // it has its slot
            .clusterReady, .runnerStarted, .runnerRefused, .runnerState, .runner, .logFailed,  // there is no runner
            .unconnected,
            .deadline(.maxDuration), .deadline(.inactivity), .deadline(.unreachable), .deadline(.stop),
            .deadline(.ending),  // not owed
            .taskEnded:  // its end was not asked for
            return refuse(event, now)
        }
    }

    mutating func whenPulling(_ state: JobState.Pulling, _ event: JobEvent, _ now: Timestamp) -> JobReaction {
        let instanceID = state.instanceID
        var next = state
        switch event {
        case .task(let task):
            // A start that goes on is not begun again by a repeated notice.
            if task.status == .running, state.runner != nil { return .stay }
            if state.lostSince == nil, task.status != .terminated, task.status != .running { return .stay }
            if task.status == .terminated { return endPulling(state, ending(of: task), now) }
            return whenStarting(instanceID, task, now)
        case .taskMissing:
            return endPulling(state, Self.forgotten, now)
        case .host(.lost):
            if state.lostSince != nil { return .stay }
            next.lostSince = now
            return move(to: .pulling(next), note: "the host does not answer")
        case .host(.back):
            if state.lostSince == nil { return .stay }
            next.lostSince = nil
            return move(to: .pulling(next), note: "the host answers again")
        case .waits(let why):
            // Only the nodes of a replica wait for something here.
            return isGathering(state) ? wait(for: why) : refuse(event, now)
        case .clusterReady(let nodes):
            guard isGathering(state) else { return refuse(event, now) }
            next.nodes = nodes
            return move(to: .pulling(next))
        case .runnerStarted:
            guard let runner = state.runner, !isGathering(state) else { return refuse(event, now) }
            start()
            return move(
                to: .running(
                    .init(instanceID: instanceID, runner: runner, startedAt: now, inactivity: firstLook(now))))
        case .runnerRefused(let why):
            return endPulling(state, .init(reason: .executorError, message: why), now)
        case .deadline(.unreachable):
            return endPulling(state, unreachableEnding("the host"), now, within: JobPolicy.awayEndingTimeout)
        case .stop(let stop):
            return endPulling(
                state, .init(reason: stop.reason, message: stop.message), now, within: stop.endingTimeout)
        case .inactivityChanged(let seconds):
            return change(inactivity: seconds)
        case .granted, .noCapacity,  // it has its slot
            .taskRefused,  // the shim took the task
            .runnerState, .runner, .logFailed, .unconnected,  // the runner is not followed yet
            .deadline(.provisioning), .deadline(.maxDuration), .deadline(.inactivity), .deadline(.stop),
            .deadline(.ending),  // not owed
            .taskEnded:  // its end was not asked for
            return refuse(event, now)
        }
    }

    /// Whether the job has its runner and waits for the other nodes of its replica.
    func isGathering(_ state: JobState.Pulling) -> Bool {
        policy.cluster != nil && state.runner != nil && state.nodes == nil
    }

    /// Decides the end of a job that may have begun to run while the answer was on its way.
    private mutating func endPulling(
        _ state: JobState.Pulling, _ ending: JobEnding, _ now: Timestamp,
        within seconds: Int = JobPolicy.endingTimeout
    ) -> JobReaction {
        var ending = ending
        if state.runner != nil, !isGathering(state) { ending.log = .cut }
        return end(on: state.instanceID, ending, now, within: seconds)
    }

    /// What the shim's word on a task means for a job that is not running yet.
    private mutating func whenStarting(_ instanceID: String, _ task: ShimTask, _ now: Timestamp) -> JobReaction {
        switch task.status {
        case .pending, .preparing, .pulling, .creating:
            return move(to: .pulling(.init(instanceID: instanceID)))
        case .running:
            guard let host = task.address, let port = task.runnerPort else {
                return end(
                    on: instanceID,
                    .init(reason: .executorError, message: "the host did not tell where the runner answers"), now)
            }
            if policy.cluster != nil { join(at: task.nodeAddress ?? host) }
            return move(
                to: .pulling(.init(instanceID: instanceID, runner: RunnerAddress(host: host, port: port))))
        case .terminated:
            return end(on: instanceID, ending(of: task), now)
        }
    }

    /// The ending of a job whose task its host lost.
    public static let forgotten = JobEnding(
        reason: .executorError, message: "the host no longer knows the task: it may have restarted")
}
