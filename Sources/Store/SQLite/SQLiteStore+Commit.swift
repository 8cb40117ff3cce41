import Foundation
import GRDB
import Wire

extension SQLiteStore {
    /// Makes a change durable; see `Store.commit`.
    @discardableResult
    public func commit(_ change: Change) async throws(StoreError) -> [EventRecord] {
        do {
            return try await writer.submit { [keyring] db in
                for write in change.writes { try write.apply(in: db, keyring: keyring) }
                let events = try change.events.map { try $0.insert(in: db) }
                return (events, events)
            }
        } catch {
            throw StoreError(sqlite: error, doing: "writing a checkpoint")
        }
    }
}

extension Change.Write {
    func apply(in db: Database, keyring: Keyring) throws {
        switch self {
        case .insertRun(let run): try run.insert(in: db, keyring: keyring)
        case .updateRun(let run): try run.update(in: db)
        case .redeploy(let run): try run.redeploy(in: db, keyring: keyring)
        case .insertJob(let job): try job.insert(in: db, keyring: keyring)
        case .insertTemplate(let template): try template.insert(in: db, keyring: keyring)
        case .updateJob(let job): try job.update(in: db)
        case .deleteJob(let id):
            try db.run("DELETE FROM messages WHERE recipient_id = ?", [id])
            try db.run("DELETE FROM jobs WHERE id = ?", [id])
        case .insertFleet(let fleet): try fleet.insert(in: db, keyring: keyring)
        case .insertInstance(let instance): try instance.insert(in: db)
        case .updateInstance(let instance): try instance.update(in: db)
        case .claim(let jobID, let instanceID): try Self.claim(jobID: jobID, instanceID: instanceID, in: db)
        case .release(let jobID): try db.run("DELETE FROM claims WHERE job_id = ?", [jobID])
        case .insertMessage(let message):
            try db.run(
                "INSERT INTO messages (id, recipient_id, body) VALUES (?, ?, ?)",
                [message.id, message.recipientID, Data(try keyring.seal(message.body))])
        case .deleteMessage(let id): try db.run("DELETE FROM messages WHERE id = ?", [id])
        }
    }

    private static func claim(jobID: String, instanceID: String, in db: Database) throws {
        try db.run(
            """
            INSERT INTO claims (job_id, instance_id)
            SELECT ?1, ?2 WHERE (SELECT count(*) FROM claims WHERE instance_id = ?2 AND job_id <> ?1)
                < (SELECT slots FROM instances WHERE id = ?2)
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE id = ?1 AND status IN (\(finishedStatuses)))
            ON CONFLICT (job_id) DO UPDATE SET instance_id = excluded.instance_id
            """, [jobID, instanceID])
        if db.changesCount > 0 { return }
        let isFinished = try Bool.fetchOne(
            db, sql: "SELECT 1 FROM jobs WHERE id = ? AND status IN (\(finishedStatuses))", arguments: [jobID])
        if isFinished != true { throw StoreError.noFreeSlot(instanceID: instanceID) }
    }

    private static let finishedStatuses = JobStatus.allCases.filter(\.isFinished).map { "'\($0.rawValue)'" }
        .joined(separator: ", ")
}

extension RunRecord {
    fileprivate func insert(in db: Database, keyring: Keyring) throws {
        do {
            try db.run(
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    id, projectID, userID, name, submittedAt.microseconds, priority, status.rawValue,
                    terminationReason?.rawValue, lastProcessedAt.microseconds, fleetID, deploymentNum,
                    nextTriggeredAt?.microseconds, isDeleted, Data(try keyring.seal(spec)), Data(state), version,
                ])
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw StoreError.nameInUse(name)
        }
    }

    fileprivate func update(in db: Database) throws {
        try db.run(
            """
            UPDATE runs SET priority = ?, status = ?, termination_reason = ?, last_processed_at = ?, fleet_id = ?,
                deployment_num = ?, next_triggered_at = ?, is_deleted = ?, state = ?, version = ?
            WHERE id = ? AND version = ?
            """,
            [
                priority, status.rawValue, terminationReason?.rawValue, lastProcessedAt.microseconds, fleetID,
                deploymentNum, nextTriggeredAt?.microseconds, isDeleted, Data(state), version, id, version - 1,
            ])
        if db.changesCount == 0 { throw StoreError.conflict(row: "run \(id)") }
    }

    fileprivate func redeploy(in db: Database, keyring: Keyring) throws {
        try db.run("UPDATE runs SET spec = ? WHERE id = ?", [Data(try keyring.seal(spec)), id])
        try db.run(
            """
            UPDATE jobs SET deployment_num = ?
            WHERE run_id = ? AND status NOT IN ('terminated', 'aborted', 'failed', 'done')
            """, [deploymentNum, id])
    }
}

extension JobRecord {
    fileprivate func insert(in db: Database, keyring: Keyring) throws {
        try db.run(
            "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                id, runID, projectID, name, jobNum, replicaNum, submissionNum, deploymentNum,
                submittedAt.microseconds, status.rawValue, terminationReason?.rawValue, terminationMessage,
                exitStatus, lastProcessedAt.microseconds, finishedAt?.microseconds, instanceID,
                provisioningData.map { Data($0) }, runtimeData.map { Data($0) }, Data(try keyring.seal(spec)),
                Data(state), version,
            ])
    }

    fileprivate func update(in db: Database) throws {
        try db.run(
            """
            UPDATE jobs SET status = ?, termination_reason = ?, termination_message = ?, exit_status = ?,
                last_processed_at = ?, finished_at = ?, instance_id = ?, provisioning_data = ?, runtime_data = ?,
                state = ?, version = ?
            WHERE id = ? AND version = ?
            """,
            [
                status.rawValue, terminationReason?.rawValue, terminationMessage, exitStatus,
                lastProcessedAt.microseconds, finishedAt?.microseconds, instanceID,
                provisioningData.map { Data($0) }, runtimeData.map { Data($0) }, Data(state), version, id,
                version - 1,
            ])
        if db.changesCount == 0 { throw StoreError.conflict(row: "job \(id)") }
    }
}

extension JobTemplate {
    fileprivate func insert(in db: Database, keyring: Keyring) throws {
        try db.run(
            "INSERT INTO job_templates VALUES (?, ?, ?, ?, ?, ?)",
            [runID, replicaNum, jobNum, name, Data(try keyring.seal(spec)), Data(state)])
    }
}

extension FleetRecord {
    fileprivate func insert(in db: Database, keyring: Keyring) throws {
        try db.run(
            "INSERT INTO fleets VALUES (?, ?, ?, ?, ?, ?, ?)",
            [id, projectID, name, createdAt.microseconds, status, Data(try keyring.seal(spec)), isDeleted])
    }
}

extension InstanceRecord {
    fileprivate func insert(in db: Database) throws {
        try db.run(
            "INSERT INTO instances VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                id, projectID, fleetID, name, instanceNum, createdAt.microseconds, backend, region, price,
                Data(instanceType), hostname, slots, status, isUnreachable, terminationReason,
                finishedAt?.microseconds, version,
            ])
    }

    fileprivate func update(in db: Database) throws {
        try db.run(
            """
            UPDATE instances SET instance_type = ?, hostname = ?, slots = ?, status = ?, is_unreachable = ?,
                termination_reason = ?, finished_at = ?, version = ?
            WHERE id = ? AND version = ?
            """,
            [
                Data(instanceType), hostname, slots, status, isUnreachable, terminationReason,
                finishedAt?.microseconds, version, id, version - 1,
            ])
        if db.changesCount == 0 { throw StoreError.conflict(row: "instance \(id)") }
    }
}

extension EventDraft {
    /// Appends the event to the sequence, for use inside a `write` too.
    func insert(in db: Database) throws -> EventRecord {
        try db.run(
            """
            INSERT INTO events (id, kind, recorded_at, project_id, actor_user_id, run_id, run_name, job_id, job_name,
                job_num, replica_num, submission_num, instance_id, instance_name, from_status, to_status, reason,
                attempt, message)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, kind.rawValue, recordedAt.microseconds, projectID, actorUserID, runID, runName, jobID, jobName,
                jobNum, replicaNum, submissionNum, instanceID, instanceName, from, to, reason, attempt, message,
            ])
        return EventRecord(seq: db.lastInsertedRowID, draft: self)
    }
}

extension Database {
    /// Runs a statement that the connection keeps prepared.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
