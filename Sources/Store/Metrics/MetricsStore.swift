import Foundation
import GRDB
import Wire

/// One look at what a job uses.
public struct MetricsPoint: Sendable, Equatable {
    public var jobID: String
    public var sample: RunnerMetrics

    public init(jobID: String, sample: RunnerMetrics) {
        self.jobID = jobID
        self.sample = sample
    }
}

/// What jobs used over time, in a database file of its own.
///
/// Nobody misses a minute of it after the power failed, so nothing here waits for the disk, and the checkpoints'
/// writer is left alone: a round of samples is one transaction, written when the system likes.
public final class MetricsStore: Sendable {
    let queue: DatabaseQueue

    /// Opens or creates the file. One that is damaged is replaced by an empty one.
    ///
    /// - Throws: `StoreError.unavailable` where there can be none.
    public init(path: String) throws(StoreError) {
        do {
            queue = try Self.open(path)
        } catch {
            let why = StoreError(sqlite: error, doing: "opening '\(path)'")
            if case .full = why { throw why }
            for ending in ["", "-wal", "-shm"] { unlink(path + ending) }
            do {
                queue = try Self.open(path)
            } catch {
                throw StoreError(sqlite: error, doing: "opening '\(path)'")
            }
        }
    }

    /// One that is forgotten when it is closed, for a disk that has no room for the file.
    public init() throws(StoreError) {
        do {
            queue = try Self.open(":memory:")
        } catch {
            throw StoreError(sqlite: error, doing: "making a table in memory")
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(
                sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -256;")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS points (
                        job_id TEXT NOT NULL, time INTEGER NOT NULL, cpu INTEGER NOT NULL, memory INTEGER NOT NULL,
                        working_set INTEGER NOT NULL, gpus TEXT NOT NULL, PRIMARY KEY (job_id, time)
                    ) WITHOUT ROWID
                    """)
            try db.execute(sql: hostTables)
        }
        return queue
    }

    /// Keeps a round of samples.
    public func add(_ points: [MetricsPoint]) async throws {
        if points.isEmpty { return }
        try await queue.write { db in
            for point in points {
                let sample = point.sample
                try db.run(
                    "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        point.jobID, sample.timestampMicro, sample.cpuUsageMicro, sample.memoryUsageBytes,
                        sample.memoryWorkingSetBytes,
                        String(decoding: try WireJSON.encode(sample.gpus), as: UTF8.self),
                    ])
            }
        }
    }

    /// A job's samples, the newest first.
    ///
    /// - Parameters:
    ///   - after: the first moment that counts.
    ///   - before: the first moment that no longer counts.
    public func points(
        jobID: String, after: Timestamp? = nil, before: Timestamp? = nil, limit: Int
    ) async throws -> [RunnerMetrics] {
        try await queue.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM points WHERE job_id = ? AND time >= ? AND time < ? ORDER BY time DESC LIMIT ?
                    """,
                arguments: [jobID, after?.microseconds ?? .min, before?.microseconds ?? .max, limit]
            ).map(RunnerMetrics.init(row:))
        }
    }

    /// Deletes what is too old: of running jobs by one age, of all others by another.
    public func forget(running: [String], runningBefore: Timestamp, finishedBefore: Timestamp) async throws {
        try await queue.write { db in
            for id in running {
                try db.run("DELETE FROM points WHERE job_id = ? AND time < ?", [id, runningBefore.microseconds])
            }
            let kept = Set(running)
            for id in try String.fetchAll(db, sql: "SELECT DISTINCT job_id FROM points") where !kept.contains(id) {
                try db.run("DELETE FROM points WHERE job_id = ? AND time < ?", [id, finishedBefore.microseconds])
            }
        }
    }

    /// Waits for what is under way and closes the file.
    public func close() throws { try queue.close() }
}

extension RunnerMetrics {
    fileprivate init(row: Row) throws {
        let gpus: String = row["gpus"]
        self.init(
            timestampMicro: row["time"], cpuUsageMicro: row["cpu"], memoryUsageBytes: row["memory"],
            memoryWorkingSetBytes: row["working_set"],
            gpus: try JSONDecoder().decode([RunnerGPUMetrics].self, from: Data(gpus.utf8)))
    }
}
