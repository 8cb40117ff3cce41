import Wire

/// The life of one job submission as a pure function: `(state, event) → state`, and the effects that the
/// state owes. It knows no clock, no identifier source and no peer; `JobActor` performs what it owes.
///
/// A user's request to stop may come in every state. Every other event is posted by an effect that the state
/// owes, so one that a state does not owe is a mistake: it fails this one job, by name.
public struct JobMachine: Sendable, Equatable, Codable {
    public internal(set) var policy: JobPolicy
    public internal(set) var state: JobState
    /// What a job waits for that stands in the queue or for its siblings, as it was told last.
    public private(set) var waitsFor: String?
    /// What the other nodes of its replica need to know of it, once its task runs; kept to its end.
    public private(set) var node: NodeFacts?

    public init(policy: JobPolicy, state: JobState = .submitted) {
        self.policy = policy
        self.state = state
    }

    /// Takes one event to its end.
    ///
    /// - Parameter now: wall-clock time, from which new deadlines are counted.
    public mutating func handle(_ event: JobEvent, at now: Timestamp) -> JobReaction {
        switch state {
        case .submitted: whenSubmitted(event, now)
        case .provisioning(let state): whenProvisioning(state, event, now)
        case .pulling(let state): whenPulling(state, event, now)
        case .running(let state): whenRunning(state, event, now)
        case .terminating(let state): whenTerminating(state, event, now)
        case .finished: whenFinished(event)
        }
    }

    /// Sets the next state and tells that there is something to checkpoint.
    mutating func move(to next: JobState, note: String? = nil) -> JobReaction {
        state = next
        waitsFor = nil
        return .changed(note: note)
    }

    /// Takes note of where the other nodes reach this one.
    mutating func join(at address: String) { node = NodeFacts(address: address) }

    /// Takes note that the job's commands began.
    mutating func start() { node?.hasStarted = true }

    /// Notes what a job waits for. It is told once, also where it is noted again in another life.
    mutating func wait(for why: String) -> JobReaction {
        if waitsFor == why { return .stay }
        waitsFor = why
        return .changed(note: why)
    }

    /// Decides the end of a job that has a task to end at the shim.
    ///
    /// - Parameter seconds: how long the shim may take.
    mutating func end(
        on instanceID: String, _ ending: JobEnding, _ now: Timestamp, within seconds: Int = JobPolicy.endingTimeout
    ) -> JobReaction {
        return move(
            to: .terminating(
                .init(
                    instanceID: instanceID, ending: ending,
                    phase: .ending(deadline: now.advanced(by: .seconds(seconds))))))
    }

    /// Fails the job because of an event that its state cannot have.
    mutating func refuse(_ event: JobEvent, _ now: Timestamp) -> JobReaction {
        let ending = JobEnding(
            reason: .terminatedByServer,
            message:
                "the server met an impossible event (\(event.name) while \(state.status.rawValue)) and ended the job"
        )
        guard let instanceID = state.instanceID else { return move(to: .finished(ending)) }
        return end(on: instanceID, ending, now)
    }

    /// How a job ends whose task the shim ended.
    func ending(of task: ShimTask) -> JobEnding {
        JobEnding(
            reason: JobTerminationReason(rawValue: task.terminationReason) ?? .executorError,
            message: task.terminationMessage.isEmpty ? nil : task.terminationMessage, exitStatus: task.exitStatus)
    }

    /// Goes on in another life of the server. While that was away nobody listened: a silence counts from now.
    mutating func resume(at now: Timestamp) {
        switch state {
        case .pulling(var next) where next.lostSince != nil:
            next.lostSince = now
            state = .pulling(next)
        case .running(var next) where next.lostSince != nil:
            next.lostSince = now
            state = .running(next)
        case .terminating(var next) where next.lostSince != nil:
            next.lostSince = now
            state = .terminating(next)
        case .submitted, .provisioning, .pulling, .running, .terminating, .finished: return
        }
    }

    /// How a job ends whose runner or host was out of reach for too long.
    func unreachableEnding(_ what: String) -> JobEnding {
        JobEnding(
            reason: policy.isSpot ? .interruptedByNoCapacity : .instanceUnreachable,
            message: "\(what) did not answer for \(policy.unreachableTimeout) s")
    }
}

/// What an event did.
public enum JobReaction: Sendable, Equatable {
    /// Nothing: the event was expected and changes nothing.
    case stay
    /// The state is a new one; `note` tells the user what a change of status does not.
    case changed(note: String?)
}

extension JobEvent {
    /// The event's name in messages.
    var name: String {
        switch self {
        case .granted: "granted"
        case .waits: "waits"
        case .noCapacity: "no capacity"
        case .task(let task): "task \(task.status.rawValue)"
        case .taskRefused: "task refused"
        case .taskMissing: "task missing"
        case .host(let reach): "host \(reach)"
        case .clusterReady: "cluster ready"
        case .runnerStarted: "runner started"
        case .runnerRefused: "runner refused"
        case .runnerState(let state): "runner \(state.state.rawValue)"
        case .runner(let reach): "runner \(reach)"
        case .unconnected: "unconnected"
        case .inactivityChanged: "inactivity changed"
        case .stop: "stop"
        case .deadline(let deadline): "deadline \(deadline.rawValue)"
        case .taskEnded: "task ended"
        case .logFailed: "log failed"
        }
    }
}
