import Store
import Wire

/// Records to begin a test from.
enum Sample {
    static let time = Timestamp(microseconds: 1_700_000_000_000_000)

    static func run(_ id: String = "run", name: String = "name") -> RunRecord {
        RunRecord(
            id: id, projectID: "p", userID: "u", name: name, submittedAt: time, spec: Array("spec".utf8),
            state: Array("state".utf8))
    }

    static func job(_ id: String = "job", runID: String = "run", submissionNum: Int = 0) -> JobRecord {
        JobRecord(
            id: id, runID: runID, projectID: "p", name: "name-0-0", jobNum: 0, replicaNum: 0,
            submissionNum: submissionNum, submittedAt: time, spec: Array("secret spec".utf8),
            state: Array("state".utf8))
    }

    static func instance(_ id: String = "instance", slots: Int = 1) -> InstanceRecord {
        InstanceRecord(
            id: id, projectID: "p", fleetID: "f", name: "local-0", instanceNum: 0, createdAt: time,
            backend: "remote", region: "local", price: 0, instanceType: Array("{}".utf8), hostname: "127.0.0.1",
            slots: slots)
    }

    static func event(_ id: String, runID: String = "run") -> EventDraft {
        EventDraft(id: id, kind: .run, recordedAt: time, projectID: "p", runID: runID, message: "event \(id)")
    }
}
