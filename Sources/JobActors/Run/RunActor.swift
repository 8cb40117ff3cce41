#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Store
import Wire

/// Drives one run: the only writer of its row, and the one who writes new submissions of its jobs.
public actor RunActor: MailboxActor {
    enum Letter: Sendable {
        /// There may be a stored message.
        case wake
        /// What came of the effect with this number.
        case outcome(RunEvent, effect: Int)
    }

    /// What a run's state owes.
    enum Effect: Hashable, Sendable {
        /// Wait for the moment of the next attempt.
        case retryAt(Timestamp)
        /// Wait for the moment of the schedule.
        case startAt(Timestamp)
    }

    nonisolated public let id: String
    nonisolated let environment: Environment
    nonisolated private let surroundings: any Surroundings
    private let isResumed: Bool
    private var record: RunRecord
    private var machine: RunMachine
    var mailbox = Mailbox<Letter>()
    var effects = EffectSet<Effect>()

    nonisolated public var unownedExecutor: UnownedSerialExecutor {
        environment.executor.asUnownedSerialExecutor()
    }

    /// Rehydrates the actor from its row.
    ///
    /// - Parameter isResumed: whether an actor of this row ended early in this life of the server. What it wrote
    ///   last may not have reached its jobs, which are then started and told again.
    /// - Throws: `StoreError.corrupt` where the row's state cannot be read.
    public init(
        record: RunRecord, environment: Environment, surroundings: any Surroundings, isResumed: Bool = false
    ) throws(StoreError) {
        id = record.id
        self.isResumed = isResumed
        self.record = record
        self.environment = environment
        self.surroundings = surroundings
        do {
            machine = try JSONDecoder().decode(RunMachine.self, from: Data(record.state))
        } catch {
            throw .corrupt("state of run \(record.id): \(error)")
        }
    }

    /// Lives until the run is finished and its messages are handled, or the task is cancelled.
    ///
    /// - Throws: `StoreError` where a checkpoint fails, `CancellationError` where the actor is killed.
    public func run() async throws { try await takeLetters() }

    func begin() async {
        reconcile()
        mailbox.put(.wake)
        if isResumed {
            for id in liveJobIDs { await surroundings.deliver(to: id) }
            await surroundings.reprioritize(jobIDs: liveJobIDs, priority: record.priority)
        }
    }

    var isFinished: Bool {
        if case .finished = machine.phase { true } else { false }
    }

    private var liveJobIDs: [String] { machine.jobs.filter { !$0.status.isFinished }.map(\.jobID) }

    public func wake() -> Bool { mailbox.put(.wake) }

    func handle(_ letter: Letter) async throws {
        switch letter {
        case .outcome(let event, let number):
            guard effects.isCurrent(number) else { return }
            try await apply([event], messages: [], userID: nil)
        case .wake:
            let messages = try await environment.store.messages(to: id)
            if messages.isEmpty { return }
            var events: [RunEvent] = []
            var userID: String?
            for message in messages {
                switch try decode(message) {
                case .jobChanged(let update): events.append(.jobChanged(update))
                case .stop(let stop):
                    events.append(.stop(stop))
                    userID = stop.userID ?? userID
                case .update(let update): events.append(.update(update))
                }
            }
            try await apply(events, messages: messages, userID: userID)
        }
    }

    private func decode(_ message: MessageRecord) throws(StoreError) -> RunMessage {
        do {
            return try JSONDecoder().decode(RunMessage.self, from: Data(message.body))
        } catch {
            throw .corrupt("message \(message.id) to run \(id): \(error)")
        }
    }

    /// Transitions, one checkpoint, effects.
    private func apply(_ events: [RunEvent], messages: [MessageRecord], userID: String?) async throws {
        let now = environment.clock.now()
        var next = machine
        let outcome = next.handle(events, at: now, newID: environment.newID)
        let taken = outcome.updates.last { $0.refusal == nil }?.update
        var change = Change(writes: messages.map { .deleteMessage(id: $0.id) })
        var row = record
        let told = outcome.isChanged ? jobsToTell(of: next, outcome) : []
        if outcome.isChanged {
            row = try checkpointedRow(next, taken, now)
            for case .jobChanged(let update) in events { row.fleetID = update.fleetID ?? row.fleetID }
            // It is placed anew.
            if row.status == .pending { row.fleetID = nil }
            change.writes.append(.updateRun(row))
            if taken != nil { change.writes.append(.redeploy(row)) }
            let (submissions, superseded) = try await submissions(
                outcome.submissions, row.deploymentNum, next.inactivity, now)
            change.writes += superseded.map { .deleteJob(id: $0) }
            change.writes += submissions.map { .insertJob($0) }
            change.events += submissions.map { created($0, start: outcome.start, now) }
            for order in outcome.stops {
                change.writes.append(
                    .insertMessage(
                        MessageRecord(
                            id: environment.newID(), recipientID: order.jobID,
                            body: try JSON.encode(JobMessage.stop(order.stop)))))
            }
            for id in told {
                guard let inactivity = next.inactivity else { break }
                change.writes.append(
                    .insertMessage(
                        MessageRecord(
                            id: environment.newID(), recipientID: id,
                            body: try JSON.encode(JobMessage.inactivity(inactivity)))))
            }
            if let event = transition(to: row, next, outcome, userID, now) { change.events.append(event) }
        }
        change.events += outcome.updates.map { $0.event(of: row, at: now) }
        if change.isEmpty { return }
        try await environment.store.commit(change)
        record = row
        machine = next
        reconcile()
        if !outcome.submissions.isEmpty { await surroundings.start(jobIDs: outcome.submissions.map(\.jobID)) }
        for order in outcome.stops { await surroundings.deliver(to: order.jobID) }
        for id in told { await surroundings.deliver(to: id) }
        if taken != nil { await surroundings.reprioritize(jobIDs: liveJobIDs, priority: row.priority) }
    }

    /// The living jobs that do not know yet for how long nobody may be connected to them.
    private func jobsToTell(of next: RunMachine, _ outcome: RunOutcome) -> [String] {
        guard next.inactivity != machine.inactivity else { return [] }
        let new = outcome.submissions.map(\.jobID)
        return next.jobs.filter { !$0.status.isFinished && !new.contains($0.jobID) }.map(\.jobID)
    }

    private func checkpointedRow(_ next: RunMachine, _ update: RunUpdate?, _ now: Timestamp) throws -> RunRecord {
        var row = record
        row.version += 1
        row.lastProcessedAt = now
        row.status = next.status
        row.terminationReason = next.reason
        row.state = try JSON.encode(next)
        row.deploymentNum = next.deployment
        if let update {
            row.spec = Array(update.spec.utf8)
            row.priority = update.priority
        }
        row.nextTriggeredAt = next.nextStart
        return row
    }

    /// New rows, and the ids of those that tell nothing any more.
    private func submissions(
        _ submissions: [RunOutcome.NewSubmission], _ deploymentNum: Int, _ inactivity: InactivityChange?,
        _ now: Timestamp
    ) async throws -> (new: [JobRecord], superseded: [String]) {
        if submissions.isEmpty { return ([], []) }
        let jobs = try await environment.store.latestJobs(runID: id, submissions: JobRecord.submissionsToJudge)
        // A schedule's first jobs have no submission to be made from.
        let templates = jobs.isEmpty ? try await environment.store.jobTemplates(runID: id) : []
        let rows = try submissions.map { new in
            let old = jobs.last { $0.replicaNum == new.replicaNum && $0.jobNum == new.jobNum }.map(JobTemplate.init)
            let template = old ?? templates.first { $0.replicaNum == new.replicaNum && $0.jobNum == new.jobNum }
            guard let template else {
                throw StoreError.corrupt("run \(id) has no job \(new.jobNum) in replica \(new.replicaNum)")
            }
            var policy = try JSONDecoder().decode(JobMachine.self, from: Data(template.state)).policy
            if let change = inactivity { policy.inactivity = change.seconds }
            return JobRecord(
                id: new.jobID, runID: id, projectID: record.projectID, name: template.name, jobNum: new.jobNum,
                replicaNum: new.replicaNum, submissionNum: new.submissionNum, deploymentNum: deploymentNum,
                submittedAt: now, spec: template.spec, state: try JSON.encode(JobMachine(policy: policy)))
        }
        return (rows, jobs.filter { job in rows.contains { job.isSuperseded(by: $0) } }.map(\.id))
    }

    private func created(_ job: JobRecord, start: Timestamp?, _ now: Timestamp) -> EventDraft {
        let why = start.map { "by schedule, due \($0)" } ?? "on retry"
        return EventDraft(
            id: environment.newID(), kind: .job, recordedAt: now, projectID: job.projectID, runID: id,
            runName: record.name, jobID: job.id, jobName: job.name, jobNum: job.jobNum, replicaNum: job.replicaNum,
            submissionNum: job.submissionNum, to: job.status.rawValue, attempt: job.submissionNum,
            message: "Job created \(why). Status: \(job.status.rawValue.uppercased())")
    }

    private func transition(
        to row: RunRecord, _ next: RunMachine, _ outcome: RunOutcome, _ userID: String?, _ now: Timestamp
    ) -> EventDraft? {
        guard row.status != record.status else { return nil }
        var text = "Run status changed \(record.status.rawValue.uppercased()) -> \(row.status.rawValue.uppercased())"
        if let reason = row.terminationReason, record.terminationReason == nil {
            text += ". Termination reason: \(reason.rawValue.uppercased())"
        }
        if let reason = outcome.roundEnd { text += ". Jobs ended: \(reason.rawValue.uppercased())" }
        if let next = row.nextTriggeredAt { text += ". Next start: \(next)" }
        return EventDraft(
            id: environment.newID(), kind: .run, recordedAt: now, projectID: row.projectID, actorUserID: userID,
            runID: id, runName: row.name, from: record.status.rawValue, to: row.status.rawValue,
            reason: (row.terminationReason ?? outcome.roundEnd)?.rawValue, attempt: next.attempt, message: text)
    }

    private var owed: [Effect] {
        switch machine.phase {
        case .waiting(let until): [.retryAt(until)]
        case .scheduled(let moment): [.startAt(moment)]
        case .active, .terminating, .finished: []
        }
    }

    private func reconcile() {
        effects.reconcile(owed: owed) { effect, number in
            Task(executorPreference: environment.executor) { [self] in
                // A wait that is cancelled is no longer owed.
                switch effect {
                case .retryAt(let moment):
                    guard (try? await environment.clock.sleep(until: moment)) != nil else { return }
                    await post(.retryDue, from: number)
                case .startAt(let moment):
                    guard (try? await environment.clock.sleep(untilWallClock: moment)) != nil else { return }
                    await post(.startDue, from: number)
                }
            }
        }
    }

    private func post(_ event: RunEvent, from number: Int) { mailbox.put(.outcome(event, effect: number)) }
}
