import Foundation
import GRDB
import Store
import Wire

/// How many transitions a second the store makes durable, beside single updates by GRDB alone: for `make bench`.
///
/// Prints `ours RATE` and `bare RATE`. Both write to files in the directory that is given, with the same settings.
@main
enum MeasureStore {
    /// Jobs that move at once, as many as a busy server drives.
    private static let lanes = 64
    private static let steps = 200

    static func main() async throws {
        let directory = CommandLine.arguments.dropFirst().first ?? NSTemporaryDirectory()
        print("ours", Int(try await ours(directory + "/ours.sqlite")))
        print("bare", Int(try bare(directory + "/bare.sqlite")))
    }

    /// Checkpoints as a job's actor writes them: its row, an event, a message to its run and the end of one to it.
    private static func ours(_ path: String) async throws -> Double {
        let store = try SQLiteStore(
            path: path, keyring: Keyring(keys: [Keyring.Key(id: "k", secret: [UInt8](repeating: 1, count: 32))]))
        for lane in 0..<lanes { try await store.commit(Change(writes: [.insertJob(job("\(lane)", version: 0))])) }
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    for step in 1...steps { try await store.commit(checkpoint("\(lane)", step)) }
                }
            }
            try await group.waitForAll()
        }
        let rate = Double(lanes * steps) / seconds(since: began)
        try await store.close()
        return rate
    }

    private static func checkpoint(_ id: String, _ step: Int) -> Change {
        var change = Change(writes: [.updateJob(job(id, version: step))])
        change.writes.append(
            .insertMessage(MessageRecord(id: "\(id)-\(step)", recipientID: "run-\(id)", body: Array("{}".utf8))))
        if step > 1 { change.writes.append(.deleteMessage(id: "\(id)-\(step - 1)")) }
        change.events.append(
            EventDraft(
                id: "event-\(id)-\(step)", kind: .job, recordedAt: .now, projectID: "project", runID: "run-\(id)",
                jobID: id, message: "Job status changed"))
        return change
    }

    private static func job(_ id: String, version: Int) -> JobRecord {
        JobRecord(
            id: id, runID: "run-\(id)", projectID: "project", name: "name-0-0", jobNum: 0, replicaNum: 0,
            submissionNum: 0, submittedAt: .now, spec: [UInt8](repeating: 120, count: 3000),
            state: [UInt8](repeating: 120, count: 500), version: version)
    }

    /// One row updated over and over, each time in a transaction of its own.
    private static func bare(_ path: String) throws -> Double {
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.write { db in
            try db.execute(sql: "CREATE TABLE jobs (id INTEGER PRIMARY KEY, state BLOB)")
            try db.execute(sql: "INSERT INTO jobs VALUES (1, ?)", arguments: [Data(count: 500)])
        }
        let began = ContinuousClock.now
        for step in 0..<steps * 10 {
            try pool.write { db in
                try db.cachedStatement(sql: "UPDATE jobs SET state = ? WHERE id = 1")
                    .execute(arguments: [Data(repeating: UInt8(step % 256), count: 500)])
            }
        }
        return Double(steps * 10) / seconds(since: began)
    }

    private static func seconds(since began: ContinuousClock.Instant) -> Double {
        let elapsed = began.duration(to: .now).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    }
}
