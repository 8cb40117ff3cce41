import Foundation
import JobActors
import Store
import Wire

extension Supervisor {
    /// Writes a run with its first submissions and starts it; one with a schedule waits for its first moment.
    ///
    /// - Throws: `StoreError.nameInUse` where the project has an active run of that name, `PlanningError` where its
    ///   schedule has no moment any more.
    public func submit(_ submission: RunSubmission) async throws -> RunRecord {
        let now = environment.clock.now()
        let runID = environment.newID()
        let machine: RunMachine
        var rows: [JobRecord] = []
        if let schedule = submission.policy.schedule?.schedule {
            guard let start = schedule.next(after: now) else {
                throw PlanningError("the schedule has no moment after \(now)")
            }
            machine = RunMachine(policy: submission.policy, submittedAt: now, firstStart: start)
        } else {
            rows = try submission.jobs.map { draft in
                JobRecord(
                    id: environment.newID(), runID: runID, projectID: submission.projectID, name: draft.name,
                    jobNum: draft.jobNum, replicaNum: draft.replicaNum, submissionNum: 0, submittedAt: now,
                    spec: draft.spec, state: try encoded(JobMachine(policy: draft.policy)))
            }
            machine = RunMachine(
                policy: submission.policy, submittedAt: now,
                jobs: rows.map {
                    JobTrack(replicaNum: $0.replicaNum, jobNum: $0.jobNum, jobID: $0.id, changedAt: now)
                })
        }
        let run = RunRecord(
            id: runID, projectID: submission.projectID, userID: submission.userID, name: submission.name,
            submittedAt: now, priority: submission.priority, status: machine.status, fleetID: submission.fleetID,
            nextTriggeredAt: machine.nextStart, spec: submission.spec, state: try encoded(machine))

        var change = Change()
        if var old = submission.replaces {
            old.isDeleted = true
            old.version += 1
            change.writes.append(.updateRun(old))
        }
        change.writes.append(.insertRun(run))
        change.writes += rows.map { .insertJob($0) }
        if machine.nextStart != nil {
            change.writes += try submission.jobs.map { .insertTemplate(try template($0, runID)) }
        }
        change.events.append(
            EventDraft(
                id: environment.newID(), kind: .run, recordedAt: now, projectID: run.projectID,
                actorUserID: run.userID, runID: run.id, runName: run.name, to: run.status.rawValue,
                message: "Run submitted. Status: \(run.status.rawValue.uppercased())"
                    + (run.nextTriggeredAt.map { ". Next start: \($0)" } ?? "")))
        for row in rows {
            change.events.append(
                EventDraft(
                    id: environment.newID(), kind: .job, recordedAt: now, projectID: run.projectID,
                    actorUserID: run.userID, runID: run.id, runName: run.name, jobID: row.id, jobName: row.name,
                    jobNum: row.jobNum, replicaNum: row.replicaNum, submissionNum: 0, to: row.status.rawValue,
                    message: "Job created. Status: \(row.status.rawValue.uppercased())"))
        }
        do {
            try await environment.store.commit(change)
        } catch {
            // The write may have been made all the same: its actors look for themselves.
            await wake(run, rows)
            throw error
        }
        await wake(run, rows)
        return run
    }

    private nonisolated func template(_ draft: RunSubmission.JobDraft, _ runID: String) throws -> JobTemplate {
        JobTemplate(
            runID: runID, replicaNum: draft.replicaNum, jobNum: draft.jobNum, name: draft.name, spec: draft.spec,
            state: try encoded(JobMachine(policy: draft.policy)))
    }

    private func wake(_ run: RunRecord, _ jobs: [JobRecord]) async {
        await start(jobIDs: jobs.map(\.id))
        await deliver(to: run.id)
    }

    /// Asks a run to end. The request is durable when this returns; asking again, or a finished run, is no error.
    public func stop(runID: String, abort: Bool, userID: String?) async throws {
        try await send(RunMessage.stop(RunStop(isAbort: abort, userID: userID)), to: runID)
    }

    /// Hands an update to a run. It is durable when this returns; an event with the update's `eventID` tells what
    /// becomes of it.
    public func update(runID: String, _ update: RunUpdate) async throws {
        try await send(RunMessage.update(update), to: runID)
    }

    /// Asks a job submission to end because its GPUs were not used. The request is durable when this returns; a job
    /// that has ended meanwhile takes no notice of it.
    public func endUnused(jobID: String, _ policy: UtilizationPolicy) async throws {
        let stop = JobStop(
            reason: .terminatedDueToUtilizationPolicy,
            message: "GPU utilization stayed below \(policy.minGpuUtilization)% for \(policy.timeWindow.count) s")
        try await send(JobMessage.stop(stop), to: jobID)
    }

    private func send(_ message: some Encodable, to id: String) async throws {
        let message = MessageRecord(id: environment.newID(), recipientID: id, body: try encoded(message))
        do {
            try await environment.store.commit(Change(writes: [.insertMessage(message)]))
        } catch {
            // The write may have been made all the same.
            await deliver(to: id)
            throw error
        }
        await deliver(to: id)
    }

    /// Hides a finished run from lists and gives its name free.
    ///
    /// - Throws: `StoreError.conflict` where the run lives or changed meanwhile.
    public func delete(_ run: RunRecord, userID: String) async throws {
        guard run.status.isFinished else { throw StoreError.conflict(row: "run \(run.name)") }
        var row = run
        row.isDeleted = true
        row.version += 1
        let event = EventDraft(
            id: environment.newID(), kind: .run, recordedAt: environment.clock.now(), projectID: run.projectID,
            actorUserID: userID, runID: run.id, runName: run.name, message: "Run deleted")
        try await environment.store.commit(Change(writes: [.updateRun(row)], events: [event]))
    }

    private nonisolated func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return [UInt8](try encoder.encode(value))
    }
}
