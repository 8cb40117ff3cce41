import Foundation
import GRDB
import Wire

/// Reads records from rows. Sealed columns are opened by the caller's keyring.
extension RunRecord {
    init(row: Row, keyring: Keyring) throws {
        self.init(
            id: row["id"], projectID: row["project_id"], userID: row["user_id"], name: row["name"],
            submittedAt: Timestamp(microseconds: row["submitted_at"]), priority: row["priority"],
            status: try row.value("status"), terminationReason: try row.optional("termination_reason"),
            lastProcessedAt: Timestamp(microseconds: row["last_processed_at"]), fleetID: row["fleet_id"],
            deploymentNum: row["deployment_num"], nextTriggeredAt: row.time("next_triggered_at"),
            isDeleted: row["is_deleted"], spec: try keyring.open(row.bytes("spec")), state: row.bytes("state"),
            version: row["version"])
    }
}

extension JobRecord {
    init(row: Row, keyring: Keyring) throws {
        self.init(
            id: row["id"], runID: row["run_id"], projectID: row["project_id"], name: row["name"],
            jobNum: row["job_num"], replicaNum: row["replica_num"], submissionNum: row["submission_num"],
            deploymentNum: row["deployment_num"], submittedAt: Timestamp(microseconds: row["submitted_at"]),
            status: try row.value("status"), terminationReason: try row.optional("termination_reason"),
            terminationMessage: row["termination_message"], exitStatus: row["exit_status"],
            lastProcessedAt: Timestamp(microseconds: row["last_processed_at"]), finishedAt: row.time("finished_at"),
            instanceID: row["instance_id"], provisioningData: row.optionalBytes("provisioning_data"),
            runtimeData: row.optionalBytes("runtime_data"), spec: try keyring.open(row.bytes("spec")),
            state: row.bytes("state"), version: row["version"])
    }
}

extension JobTemplate {
    init(row: Row, keyring: Keyring) throws {
        self.init(
            runID: row["run_id"], replicaNum: row["replica_num"], jobNum: row["job_num"], name: row["name"],
            spec: try keyring.open(row.bytes("spec")), state: row.bytes("state"))
    }
}

extension FleetRecord {
    init(row: Row, keyring: Keyring) throws {
        self.init(
            id: row["id"], projectID: row["project_id"], name: row["name"],
            createdAt: Timestamp(microseconds: row["created_at"]), status: row["status"],
            spec: try keyring.open(row.bytes("spec")), isDeleted: row["is_deleted"], version: row["version"])
    }
}

extension InstanceRecord {
    init(row: Row, keyring: Keyring) throws {
        self.init(
            id: row["id"], projectID: row["project_id"], fleetID: row["fleet_id"], name: row["name"],
            instanceNum: row["instance_num"], createdAt: Timestamp(microseconds: row["created_at"]),
            backend: row["backend"], region: row["region"], price: row["price"],
            instanceType: row.bytes("instance_type"), hostname: row["hostname"], slots: row["slots"],
            status: row["status"], isUnreachable: row["is_unreachable"],
            terminationReason: row["termination_reason"], terminationMessage: row["termination_message"],
            finishedAt: row.time("finished_at"), state: row.optionalBytes("state"),
            connection: try row.optionalBytes("connection").map(keyring.open), internalIP: row["internal_ip"],
            gpuDriver: row["gpu_driver"], health: row["health"], isClosing: row["is_closing"],
            isDeleted: row["is_deleted"], route: row["route"], version: row["version"])
    }
}

extension EventRecord {
    init(row: Row) throws {
        let projectID: String = row["project_id"]
        self.init(
            seq: row["seq"],
            draft: EventDraft(
                id: row["id"], kind: try row.value("kind"),
                recordedAt: Timestamp(microseconds: row["recorded_at"]),
                projectID: projectID.isEmpty ? nil : projectID,
                actorUserID: row["actor_user_id"], runID: row["run_id"], runName: row["run_name"],
                jobID: row["job_id"], jobName: row["job_name"], jobNum: row["job_num"],
                replicaNum: row["replica_num"], submissionNum: row["submission_num"],
                instanceID: row["instance_id"], instanceName: row["instance_name"],
                subjectID: row["subject_id"], subjectName: row["subject_name"], from: row["from_status"],
                to: row["to_status"], reason: row["reason"], attempt: row["attempt"], message: row["message"]))
    }
}

extension MessageRecord {
    init(row: Row, keyring: Keyring) throws {
        let body = row.bytes("body")
        // Messages of the first versions were not sealed: JSON objects, whose first byte no sealed value has.
        let isSealed = body.first != UInt8(ascii: "{")
        self.init(id: row["id"], recipientID: row["recipient_id"], body: isSealed ? try keyring.open(body) : body)
    }
}

extension Row {
    func bytes(_ column: String) -> [UInt8] { optionalBytes(column) ?? [] }

    func optionalBytes(_ column: String) -> [UInt8]? {
        let data: Data? = self[column]
        return data.map { [UInt8]($0) }
    }

    func time(_ column: String) -> Timestamp? {
        let value: Int64? = self[column]
        return value.map(Timestamp.init(microseconds:))
    }

    func value<T: RawRepresentable>(_ column: String) throws -> T where T.RawValue == String {
        let text: String = self[column]
        guard let value = T(rawValue: text) else {
            throw StoreError.corrupt("column \(column) holds '\(text)'")
        }
        return value
    }

    func optional<T: RawRepresentable>(_ column: String) throws -> T? where T.RawValue == String {
        let text: String? = self[column]
        guard text != nil else { return nil }
        return try value(column) as T
    }
}
