import Foundation
import GRDB
import Wire

extension SQLiteStore {
    /// Makes a change durable; see `Store.commit`.
    @discardableResult
    public func commit(_ change: Change) async throws(StoreError) -> [EventRecord] {
        do {
            return try await writer.submit { [keyring] db in
                let told = try change.writes.compactMap { try $0.apply(in: db, keyring: keyring) }
                let events = try (change.events + told).map { try $0.insert(in: db) }
                return (events, events)
            }
        } catch {
            throw StoreError(sqlite: error, doing: "writing a checkpoint")
        }
    }
}

extension Change.Write {
    /// - Returns: the event of what it changed, where it tells that by itself.
    func apply(in db: Database, keyring: Keyring) throws -> EventDraft? {
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
        case .updateFleet(let fleet): try fleet.update(in: db, keyring: keyring)
        case .concludeFleet(let id, let stamp): return try Self.concludeFleet(id: id, stamp, in: db)
        case .requireIdleFleet(let id): try Self.requireIdleFleet(id: id, in: db)
        case .insertInstance(let instance): try instance.insert(in: db, keyring: keyring)
        case .updateInstance(let instance): try instance.update(in: db, keyring: keyring)
        case .closeInstance(let id): try Self.closeInstance(id: id, in: db)
        case .forgetHostKeys(let route): try Self.forgetHostKeys(route: route, in: db)
        case .claim(let jobID, let instanceID, let blocks):
            try Self.claim(ClaimRecord(jobID: jobID, instanceID: instanceID, blocks: blocks), in: db)
        case .release(let jobID): try db.run("DELETE FROM claims WHERE job_id = ?", [jobID])
        case .insertMessage(let message):
            try db.run(
                "INSERT INTO messages (id, recipient_id, body) VALUES (?, ?, ?)",
                [message.id, message.recipientID, Data(try keyring.seal(message.body))])
        case .deleteMessage(let id): try db.run("DELETE FROM messages WHERE id = ?", [id])
        }
        return nil
    }

    private static func claim(_ claim: ClaimRecord, in db: Database) throws {
        try db.run(
            """
            INSERT INTO claims (job_id, instance_id, blocks)
            SELECT ?1, ?2, ?3
            WHERE (SELECT coalesce(sum(blocks), 0) FROM claims WHERE instance_id = ?2 AND job_id <> ?1) + ?3
                <= (SELECT slots FROM instances WHERE id = ?2 AND status = 'idle' AND is_closing = 0)
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE id = ?1 AND status IN (\(finishedStatuses)))
            ON CONFLICT (job_id) DO UPDATE SET instance_id = excluded.instance_id, blocks = excluded.blocks
            """, [claim.jobID, claim.instanceID, claim.blocks])
        if db.changesCount > 0 { return }
        let isFinished = try Bool.fetchOne(
            db, sql: "SELECT 1 FROM jobs WHERE id = ? AND status IN (\(finishedStatuses))", arguments: [claim.jobID])
        if isFinished != true { throw StoreError.noFreeSlot(instanceID: claim.instanceID) }
    }

    private static func closeInstance(id: String, in db: Database) throws {
        try db.run(
            """
            UPDATE instances SET is_closing = 1, is_deleted = max(is_deleted, status = 'terminated')
            WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM claims WHERE instance_id = ?1)
            """, [id])
        if db.changesCount == 0 { throw StoreError.instanceInUse(instanceID: id) }
    }

    private static func requireIdleFleet(id: String, in db: Database) throws {
        let isInUse = try Bool.fetchOne(
            db,
            sql: """
                SELECT 1 FROM runs WHERE fleet_id = ? AND status NOT IN ('terminated', 'failed', 'done') LIMIT 1
                """, arguments: [id])
        if isInUse == true { throw StoreError.fleetInUse(fleetID: id) }
    }

    private static func forgetHostKeys(route: String, in db: Database) throws {
        // An instance of an earlier release does not say which way leads to it: then nothing is forgotten.
        try db.run(
            """
            DELETE FROM known_hosts
            WHERE (?1 = route OR substr(?1, 1, length(route) + 1) = route || ' ')
                AND NOT EXISTS (
                    SELECT 1 FROM instances i
                    WHERE i.status <> 'terminated' AND i.connection IS NOT NULL
                        AND (i.route IS NULL OR i.route = known_hosts.route
                            OR substr(i.route, 1, length(known_hosts.route) + 1) = known_hosts.route || ' '))
            """, [route])
    }

    private static func concludeFleet(id: String, _ stamp: EventStamp, in db: Database) throws -> EventDraft? {
        let sql = """
            UPDATE fleets SET is_deleted = 1, status = 'terminated', version = version + 1
            WHERE id = ?1 AND is_deleted = 0 AND status = 'terminating'
                AND NOT EXISTS (SELECT 1 FROM instances WHERE fleet_id = ?1 AND status <> 'terminated')
            RETURNING name, project_id
            """
        return try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [id]).map { row in
            .fleet(
                id, named: row["name"], of: row["project_id"], from: FleetStatus.terminating.rawValue,
                to: FleetStatus.terminated.rawValue, stamp)
        }
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
        do {
            try db.run(
                "INSERT INTO fleets VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [id, projectID, name, createdAt.microseconds, status, Data(try keyring.seal(spec)), isDeleted, version])
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw StoreError.nameInUse(name)
        }
    }

    fileprivate func update(in db: Database, keyring: Keyring) throws {
        try db.run(
            "UPDATE fleets SET status = ?, spec = ?, is_deleted = ?, version = ? WHERE id = ? AND version = ?",
            [status, Data(try keyring.seal(spec)), isDeleted, version, id, version - 1])
        if db.changesCount == 0 { throw StoreError.conflict(row: "fleet \(name)") }
    }
}

extension InstanceRecord {
    fileprivate func insert(in db: Database, keyring: Keyring) throws {
        try db.run(
            """
            INSERT INTO instances (id, project_id, fleet_id, name, instance_num, created_at, backend, region, price,
                instance_type, hostname, slots, status, is_unreachable, termination_reason, finished_at, version, state,
                connection, internal_ip, gpu_driver, health, termination_message, is_closing, is_deleted,
                route)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, projectID, fleetID, name, instanceNum, createdAt.microseconds, backend, region, price,
                Data(instanceType), hostname, slots, status, isUnreachable, terminationReason,
                finishedAt?.microseconds, version, state.map { Data($0) },
                try connection.map { Data(try keyring.seal($0)) }, internalIP, gpuDriver, health, terminationMessage,
                isClosing, isDeleted, route,
            ])
    }

    fileprivate func update(in db: Database, keyring: Keyring) throws {
        try db.run(
            """
            UPDATE instances SET instance_type = ?, hostname = ?, slots = ?, status = ?, is_unreachable = ?,
                termination_reason = ?, finished_at = ?, state = ?, connection = ?, internal_ip = ?, gpu_driver = ?,
                health = ?, termination_message = ?, is_deleted = max(?, ? AND is_closing), version = ?
            WHERE id = ? AND version = ?
            """,
            [
                Data(instanceType), hostname, slots, status, isUnreachable, terminationReason,
                finishedAt?.microseconds, state.map { Data($0) }, try connection.map { Data(try keyring.seal($0)) },
                internalIP, gpuDriver, health, terminationMessage, isDeleted,
                status == InstanceStatus.terminated.rawValue, version, id, version - 1,
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
                job_num, replica_num, submission_num, instance_id, instance_name, subject_id, subject_name,
                from_status, to_status, reason, attempt, message)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, kind.rawValue, recordedAt.microseconds, projectID ?? "", actorUserID, runID, runName, jobID,
                jobName, jobNum, replicaNum, submissionNum, instanceID, instanceName, subjectID, subjectName, from, to,
                reason, attempt, message,
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
