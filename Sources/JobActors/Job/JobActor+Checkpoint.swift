#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Store
import Wire

extension JobActor {
    /// What one transition makes durable.
    struct Checkpoint {
        var record: JobRecord
        var change: Change
        /// Whether the change holds a message to the run.
        var tellsRun: Bool
    }

    /// The row, claim, events and message of a transition to `next`.
    func checkpoint(to next: JobMachine, notes: [String], _ now: Timestamp) throws -> Checkpoint {
        // A grant counts with the transition that takes it, not with one that was on its way before.
        let grant = next.state.instanceID == nil ? nil : grant
        var row = record
        row.version += 1
        row.lastProcessedAt = now
        row.status = next.state.status
        row.state = try JSON.encode(next)
        if let instanceID = next.state.instanceID { row.instanceID = instanceID }
        if let grant {
            row.provisioningData = grant.provisioningData
            row.runtimeData = grant.runtimeData
        }
        if case .pulling(let pulling) = next.state, let runner = pulling.runner {
            row.provisioningData = try Self.reached(at: runner.host, row.provisioningData)
            row.runtimeData = try Self.published(taskPorts, row.runtimeData)
        }
        if let jobInfo, let data = row.runtimeData {
            var runtime = try JSONDecoder().decode(JobRuntimeData.self, from: Data(data))
            runtime.workingDir = jobInfo.workingDir
            runtime.username = jobInfo.username
            row.runtimeData = try JSON.encode(runtime)
        }
        if let ending = next.state.ending {
            row.terminationReason = ending.reason
            row.terminationMessage = ending.message
            row.exitStatus = ending.exitStatus
        }
        if row.status.isFinished { row.finishedAt = now }

        var change = Change(writes: [.updateJob(row)])
        if let grant {
            change.writes.append(.claim(jobID: id, instanceID: grant.instanceID, blocks: grant.blocks))
            // The first node of a replica to write its slot writes those of all: a crash never parts them.
            for sibling in grant.siblings {
                change.writes.append(
                    .claim(jobID: sibling.jobID, instanceID: sibling.instanceID, blocks: sibling.blocks))
            }
        }
        if case .finished = next.state { change.writes.append(.release(jobID: id)) }
        let tellsRun = row.status != record.status
        if tellsRun {
            let update = JobUpdate(
                jobID: id, status: row.status, reason: row.terminationReason, exitStatus: row.exitStatus,
                fleetID: grant.flatMap { $0.fleetID.isEmpty ? nil : $0.fleetID }, at: now)
            change.writes.append(
                .insertMessage(
                    MessageRecord(
                        id: environment.newID(), recipientID: row.runID,
                        body: try JSON.encode(RunMessage.jobChanged(update)))))
            change.events.append(
                event(.job, row, from: record.status, to: row.status, message: transitionText(row), now))
        }
        for note in notes { change.events.append(event(.note, row, from: nil, to: nil, message: note, now)) }
        return Checkpoint(record: row, change: change, tellsRun: tellsRun)
    }

    /// Where clients reach the SSH server of a job whose task runs, where that is not its host's to say: at the job's own
    /// address.
    private static func reached(at address: String, _ data: [UInt8]?) throws -> [UInt8]? {
        guard let data, !data.isEmpty else { return data }
        var provisioning = try JSONDecoder().decode(JobProvisioningData.self, from: Data(data))
        guard !provisioning.dockerized, provisioning.hostname != address else { return data }
        provisioning.hostname = address
        return try JSON.encode(provisioning)
    }

    /// Which ports of its host lead to a job's.
    private static func published(_ ports: [ShimPortMapping]?, _ data: [UInt8]?) throws -> [UInt8]? {
        guard let ports, !ports.isEmpty, let data, !data.isEmpty else { return data }
        var runtime = try JSONDecoder().decode(JobRuntimeData.self, from: Data(data))
        runtime.ports = Dictionary(ports.map { ($0.container, $0.host) }, uniquingKeysWith: { _, last in last })
        return try JSON.encode(runtime)
    }

    /// States that the log of a job that finishes was cut off, and where; nil where it was not.
    func lostTail(_ next: JobMachine) async throws -> String? {
        guard case .finished(let ending) = next.state, ending.log == .cut else { return nil }
        let length = try await environment.logs.length(of: logName(.job))
        if length == 0 { return "Nothing of the log is kept; if the job had begun to write one, it is lost" }
        return "The log is kept up to byte \(length); what the job wrote after that may be lost"
    }

    /// Tells readers of the job's logs that nothing follows.
    func closeLogs() async {
        await environment.logs.close(logName(.job))
        await environment.logs.close(logName(.runner))
    }

    private func logName(_ kind: LogName.Kind) -> LogName {
        LogName(projectID: record.projectID, runID: record.runID, jobID: id, kind: kind)
    }

    private func event(
        _ kind: EventKind, _ row: JobRecord, from: JobStatus?, to: JobStatus?, message: String, _ now: Timestamp
    ) -> EventDraft {
        EventDraft(
            id: environment.newID(), kind: kind, recordedAt: now, projectID: row.projectID, runID: row.runID,
            jobID: id, jobName: row.name, jobNum: row.jobNum, replicaNum: row.replicaNum,
            submissionNum: row.submissionNum, instanceID: row.instanceID, from: from?.rawValue, to: to?.rawValue,
            reason: to == nil ? nil : row.terminationReason?.rawValue, attempt: row.submissionNum, message: message)
    }

    private func transitionText(_ row: JobRecord) -> String {
        var text = "Job status changed \(record.status.rawValue.uppercased()) -> \(row.status.rawValue.uppercased())"
        if let reason = row.terminationReason, record.terminationReason == nil {
            text += ". Termination reason: \(reason.rawValue.uppercased())"
            if let message = row.terminationMessage { text += " (\(message))" }
        }
        return text
    }
}

/// JSON as the engine stores it: keys in a fixed order, so that the same state gives the same bytes.
enum JSON {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return [UInt8](try encoder.encode(value))
    }
}
