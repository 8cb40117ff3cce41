import Wire

/// The life of a run as a pure function over what its jobs and its user do. dstack's rules: a failure that
/// the retry policy covers makes a new attempt of the whole replica, any other ends the run.
public struct RunMachine: Sendable, Equatable, Codable {
    public let policy: RunPolicy
    public let submittedAt: Timestamp
    public private(set) var phase: RunPhase
    public private(set) var jobs: [JobTrack]
    /// Attempts made since a job last got an instance, from 0.
    public private(set) var attempt: Int
    /// Counts the updates in place, from 0.
    public private(set) var deployment: Int
    /// The last moment of the schedule for which jobs were submitted.
    public private(set) var startedFor: Timestamp?
    /// When that was: later than the moment where the server was away.
    public private(set) var startedAt: Timestamp?
    /// For how long nobody may be connected to its jobs, where that was changed since they were planned.
    public private(set) var inactivity: InactivityChange?

    /// A run whose first submissions are just written.
    public init(policy: RunPolicy, submittedAt: Timestamp, jobs: [JobTrack]) {
        self.policy = policy
        self.submittedAt = submittedAt
        self.jobs = jobs
        phase = .active
        attempt = 0
        deployment = 0
    }

    /// A run that waits for a moment of its schedule, and has no jobs yet.
    public init(policy: RunPolicy, submittedAt: Timestamp, firstStart: Timestamp) {
        self.init(policy: policy, submittedAt: submittedAt, jobs: [])
        phase = .scheduled(at: firstStart)
    }

    /// Takes events that go into one checkpoint.
    ///
    /// A job that ends among them is not told to: a run makes sure of its messages to living jobs only, so that one
    /// to a finished job could stay unread for ever.
    public mutating func handle(_ events: [RunEvent], at now: Timestamp, newID: () -> String) -> RunOutcome {
        var outcome = RunOutcome()
        for event in events { outcome.append(handle(event, at: now, newID: newID)) }
        outcome.stops.removeAll { stop in jobs.contains { $0.jobID == stop.jobID && $0.status.isFinished } }
        return outcome
    }

    /// Takes one event to its end.
    ///
    /// - Parameters:
    ///   - now: wall-clock time.
    ///   - newID: gives the ids of new submissions.
    public mutating func handle(_ event: RunEvent, at now: Timestamp, newID: () -> String) -> RunOutcome {
        var outcome = RunOutcome()
        switch event {
        case .jobChanged(let update): whenJobChanged(update, now, newID, &outcome)
        case .stop(let stop): whenStopped(stop, now, &outcome)
        case .update(let update): whenUpdated(update, &outcome)
        case .retryDue: whenRetryDue(now, newID, &outcome)
        case .startDue: whenStartDue(now, newID, &outcome)
        }
        return outcome
    }

    /// The status on the wire.
    public var status: RunStatus {
        switch phase {
        case .waiting, .scheduled: return .pending
        case .terminating: return .terminating
        case .finished(let reason): return reason.status
        case .active:
            // A job that ends counts as what it was until it has ended.
            if jobs.contains(where: { $0.status == .running || $0.status == .terminating }) { return .running }
            if jobs.contains(where: { $0.status == .provisioning || $0.status == .pulling }) { return .provisioning }
            return jobs.allSatisfy { $0.status.isFinished } ? .running : .submitted
        }
    }

    /// When the jobs are submitted, where the run waits for that.
    public var nextStart: Timestamp? {
        if case .scheduled(let moment) = phase { moment } else { nil }
    }

    /// Why the run ends, once that is decided.
    public var reason: RunTerminationReason? {
        switch phase {
        case .active, .waiting, .scheduled: nil
        case .terminating(let reason), .finished(let reason): reason
        }
    }

    private mutating func whenJobChanged(
        _ update: JobUpdate, _ now: Timestamp, _ newID: () -> String, _ outcome: inout RunOutcome
    ) {
        guard let index = jobs.firstIndex(where: { $0.jobID == update.jobID }) else { return }
        jobs[index].status = update.status
        jobs[index].reason = update.reason
        jobs[index].changedAt = update.at
        if update.status == .provisioning { attempt = 0 }
        let hadInstance = [.provisioning, .pulling, .running].contains(update.status)
        if hadInstance || jobs[index].wasProvisioned { jobs[index].provisionedAt = update.at }
        if hadInstance { jobs[index].wasProvisioned = true }
        outcome.isChanged = true
        switch phase {
        case .active: judge(now, newID, &outcome)
        case .terminating(let reason): finishWhenQuiet(reason, now, &outcome)
        case .waiting, .scheduled, .finished: break
        }
    }

    private mutating func whenStopped(_ stop: RunStop, _ now: Timestamp, _ outcome: inout RunOutcome) {
        let reason: RunTerminationReason = stop.isAbort ? .abortedByUser : .stoppedByUser
        switch phase {
        case .active, .waiting, .scheduled:
            terminate(reason, now, &outcome)
        case .terminating(let present):
            // An abort overrides a graceful end; anything else is on its way already, but an end after which the run
            // would wait for the next moment of its schedule.
            let isOverridden = stop.isAbort ? present != .abortedByUser : returns(after: present)
            if isOverridden { terminate(reason, now, &outcome) }
        case .finished:
            break
        }
    }

    private mutating func whenUpdated(_ update: RunUpdate, _ outcome: inout RunOutcome) {
        switch phase {
        case .active, .waiting, .scheduled, .terminating:
            guard update.deployment == deployment else {
                outcome.updates.append(UpdateVerdict(update: update, refusal: .outdated))
                return
            }
            deployment += 1
            if let change = update.inactivity { inactivity = change }
            outcome.isChanged = true
            outcome.updates.append(UpdateVerdict(update: update))
        case .finished:
            outcome.updates.append(UpdateVerdict(update: update, refusal: .finished))
        }
    }

    private mutating func whenRetryDue(_ now: Timestamp, _ newID: () -> String, _ outcome: inout RunOutcome) {
        switch phase {
        case .waiting:
            phase = .active
            for index in jobs.indices { resubmit(index, now, newID, &outcome) }
        case .active, .scheduled, .terminating, .finished:
            break
        }
    }

    private mutating func whenStartDue(_ now: Timestamp, _ newID: () -> String, _ outcome: inout RunOutcome) {
        switch phase {
        case .scheduled(let moment):
            phase = .active
            attempt = 0
            startedFor = moment
            startedAt = now
            outcome.start = moment
            for place in policy.schedule?.jobs ?? [] {
                if let index = jobs.firstIndex(where: {
                    $0.replicaNum == place.replicaNum && $0.jobNum == place.jobNum
                }) {
                    // What an earlier start got does not count for the retries of this one.
                    jobs[index].provisionedAt = nil
                    resubmit(index, now, newID, &outcome)
                } else {
                    submit(place, now, newID, &outcome)
                }
            }
        case .active, .waiting, .terminating, .finished:
            break
        }
    }

    /// Decides what the jobs' statuses mean for a run that is active.
    private mutating func judge(_ now: Timestamp, _ newID: () -> String, _ outcome: inout RunOutcome) {
        var verdicts: [RetryVerdict] = []
        for job in jobs where job.status.isFinished && !job.isFine && !job.isStopping {
            verdicts.append(verdict(job, now))
        }
        if verdicts.contains(.unretryable) { return terminate(.jobFailed, now, &outcome) }
        if verdicts.contains(.expired) { return terminate(.retryLimitExceeded, now, &outcome) }
        if verdicts.isEmpty {
            if isDone { terminate(.allJobsDone, now, &outcome) }
            return
        }
        retry(now, newID, &outcome)
    }

    /// Whether the run reached its end by itself.
    private var isDone: Bool {
        let isMasterDone = jobs.contains { $0.jobNum == 0 && $0.status == .done }
        if policy.endsWithMaster, isMasterDone { return true }
        return jobs.allSatisfy { $0.status.isFinished && $0.isFine }
    }

    private enum RetryVerdict {
        case retry
        case expired
        case unretryable
    }

    /// Whether the policy covers a job's failure, and still does so now.
    private func verdict(_ job: JobTrack, _ now: Timestamp) -> RetryVerdict {
        guard let retry = policy.retry, let event = job.reason?.retryEvent, retry.events.contains(event) else {
            return .unretryable
        }
        let base = job.provisionedAt ?? (event == .noCapacity ? startedAt ?? submittedAt : job.changedAt)
        return now.since(base) > .seconds(retry.duration) ? .expired : .retry
    }

    /// Ends what still lives of each failed replica; submits a replica again, at once while others live, or
    /// after a wait where none does.
    private mutating func retry(_ now: Timestamp, _ newID: () -> String, _ outcome: inout RunOutcome) {
        let failed = Set(jobs.filter { $0.status.isFinished && !$0.isFine }.map(\.replicaNum))
        for index in jobs.indices where failed.contains(jobs[index].replicaNum) && !jobs[index].status.isFinished {
            stop(index, JobStop(reason: .terminatedByServer, message: "another node of the run failed"), &outcome)
        }
        if jobs.contains(where: { !failed.contains($0.replicaNum) && !$0.status.isFinished }) {
            for replica in failed.sorted() {
                let members = jobs.indices.filter { jobs[$0].replicaNum == replica }
                if members.allSatisfy({ jobs[$0].status.isFinished }) {
                    for index in members { resubmit(index, now, newID, &outcome) }
                }
            }
        } else if jobs.allSatisfy({ $0.status.isFinished }) {
            let last = jobs.map(\.changedAt).max() ?? now
            phase = .waiting(until: last.advanced(by: RunPolicy.retryDelay(attempt: attempt)))
            attempt += 1
        }
    }

    private mutating func resubmit(
        _ index: Int, _ now: Timestamp, _ newID: () -> String, _ outcome: inout RunOutcome
    ) {
        outcome.isChanged = true
        let old = jobs[index]
        jobs[index] = JobTrack(
            replicaNum: old.replicaNum, jobNum: old.jobNum, jobID: newID(), submissionNum: old.submissionNum + 1,
            provisionedAt: old.provisionedAt, changedAt: now)
        outcome.submissions.append(
            .init(
                replicaNum: old.replicaNum, jobNum: old.jobNum, submissionNum: old.submissionNum + 1,
                jobID: jobs[index].jobID))
    }

    /// The first submission of a job.
    private mutating func submit(
        _ place: RunPolicy.JobPlace, _ now: Timestamp, _ newID: () -> String, _ outcome: inout RunOutcome
    ) {
        outcome.isChanged = true
        let job = JobTrack(replicaNum: place.replicaNum, jobNum: place.jobNum, jobID: newID(), changedAt: now)
        jobs.append(job)
        outcome.submissions.append(
            .init(replicaNum: job.replicaNum, jobNum: job.jobNum, submissionNum: 0, jobID: job.jobID))
    }

    private mutating func stop(_ index: Int, _ stop: JobStop, _ outcome: inout RunOutcome) {
        if jobs[index].isStopping, !stop.isAbort { return }
        jobs[index].isStopping = true
        outcome.isChanged = true
        outcome.stops.append(.init(jobID: jobs[index].jobID, stop: stop))
    }

    private mutating func terminate(
        _ reason: RunTerminationReason, _ now: Timestamp, _ outcome: inout RunOutcome
    ) {
        outcome.isChanged = true
        phase = .terminating(reason)
        let order = JobStop(reason: reason.jobReason, isAbort: reason == .abortedByUser)
        for index in jobs.indices where !jobs[index].status.isFinished { stop(index, order, &outcome) }
        finishWhenQuiet(reason, now, &outcome)
    }

    private mutating func finishWhenQuiet(
        _ reason: RunTerminationReason, _ now: Timestamp, _ outcome: inout RunOutcome
    ) {
        guard jobs.allSatisfy({ $0.status.isFinished }) else { return }
        guard returns(after: reason), let next = start(after: now) else {
            phase = .finished(reason)
            return
        }
        phase = .scheduled(at: next)
        outcome.roundEnd = reason
    }

    /// Whether an end for this reason is followed by the next moment of the schedule.
    private func returns(after reason: RunTerminationReason) -> Bool {
        policy.schedule != nil && reason != .stoppedByUser && reason != .abortedByUser
    }

    /// Moments that passed while jobs ran are left out. One that had its start has no second one, also where the wall
    /// clock was set back meanwhile.
    private func start(after now: Timestamp) -> Timestamp? {
        policy.schedule?.schedule.next(after: max(now, startedFor ?? now))
    }
}

extension RunMachine {
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        policy = try fields.decode(RunPolicy.self, forKey: .policy)
        submittedAt = try fields.decode(Timestamp.self, forKey: .submittedAt)
        phase = try fields.decode(RunPhase.self, forKey: .phase)
        jobs = try fields.decode([JobTrack].self, forKey: .jobs)
        attempt = try fields.decode(Int.self, forKey: .attempt)
        // Rows of the first versions know of no updates.
        deployment = try fields.decodeIfPresent(Int.self, forKey: .deployment) ?? 0
        startedFor = try fields.decodeIfPresent(Timestamp.self, forKey: .startedFor)
        startedAt = try fields.decodeIfPresent(Timestamp.self, forKey: .startedAt)
        inactivity = try fields.decodeIfPresent(InactivityChange.self, forKey: .inactivity)
    }
}
