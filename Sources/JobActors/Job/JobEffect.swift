import Wire

/// What a state owes to the world. It is derived from the state, so a rehydrated actor owes the same.
///
/// Effects are started when a state owes them that the one before did not, cancelled when it no longer does,
/// and go on where both do. Each may be repeated for the same submission.
public enum JobEffect: Sendable, Hashable {
    /// Stand in the queue for a slot.
    case awaitSlot
    /// Ask the shim for the task.
    case submitTask(instanceID: String)
    /// Hear what the shim tells about the task.
    case watchTask(instanceID: String)
    /// Wait until all nodes of the replica are known and it is this one's turn to start.
    case awaitCluster
    /// Hand the job to its runner and start it, with the nodes of its replica where there are several.
    case startRunner(instanceID: String, RunnerAddress, ClusterNodes?)
    /// Take over states and logs from the runner.
    case follow(instanceID: String, RunnerAddress)
    /// Ask the runner for how long nobody has been connected.
    case askActivity(instanceID: String, RunnerAddress)
    /// Ask the runner to end the job.
    case stopRunner(instanceID: String, RunnerAddress, grace: Int?)
    /// End and forget the task at the shim.
    case endTask(instanceID: String, reason: JobTerminationReason, message: String?)
    /// Wait for a moment.
    case deadline(JobDeadline, at: Timestamp)
}

extension JobMachine {
    /// What the present state owes.
    public var owed: [JobEffect] {
        switch state {
        case .submitted:
            return [.awaitSlot]
        case .provisioning(let state):
            return [
                .watchTask(instanceID: state.instanceID), .submitTask(instanceID: state.instanceID),
                .deadline(.provisioning, at: state.deadline),
            ]
        case .pulling(let state):
            var effects: [JobEffect] = [.watchTask(instanceID: state.instanceID)]
            if isGathering(state) {
                effects.append(.awaitCluster)
            } else if let runner = state.runner {
                effects.append(.startRunner(instanceID: state.instanceID, runner, state.nodes))
            }
            if let lost = state.lostSince { effects.append(unreachableDeadline(since: lost)) }
            return effects
        case .running(let state):
            var effects: [JobEffect] = [
                .watchTask(instanceID: state.instanceID), .follow(instanceID: state.instanceID, state.runner),
            ]
            if let seconds = policy.maxDuration {
                let limit = state.startedAt.advanced(by: .seconds(seconds + JobPolicy.maxDurationMargin))
                effects.append(.deadline(.maxDuration, at: limit))
            }
            if let lost = state.lostSince { effects.append(unreachableDeadline(since: lost)) }
            switch state.inactivity {
            case nil: break
            case .waits(let moment): effects.append(.deadline(.inactivity, at: moment))
            case .asks: effects.append(.askActivity(instanceID: state.instanceID, state.runner))
            }
            return effects
        case .terminating(let state):
            switch state.phase {
            case .stopping(let runner, let deadline):
                var effects: [JobEffect] = [
                    .watchTask(instanceID: state.instanceID), .follow(instanceID: state.instanceID, runner),
                    .stopRunner(instanceID: state.instanceID, runner, grace: policy.stopGrace),
                ]
                if let deadline { effects.append(.deadline(.stop, at: deadline)) }
                if let lost = state.lostSince { effects.append(unreachableDeadline(since: lost)) }
                return effects
            case .ending(let deadline):
                return [
                    .endTask(
                        instanceID: state.instanceID, reason: state.ending.reason, message: state.ending.message),
                    .deadline(.ending, at: deadline),
                ]
            }
        case .finished:
            return []
        }
    }

    private func unreachableDeadline(since lost: Timestamp) -> JobEffect {
        .deadline(.unreachable, at: lost.advanced(by: .seconds(policy.unreachableTimeout)))
    }
}
