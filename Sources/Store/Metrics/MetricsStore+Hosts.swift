import Foundation
import GRDB
import Wire

/// What hosts use and how they are, over time.
extension MetricsStore {
    static let hostTables = """
        CREATE TABLE IF NOT EXISTS host_points (
            instance_id TEXT NOT NULL, time INTEGER NOT NULL, usage BLOB NOT NULL, PRIMARY KEY (instance_id, time)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS host_checks (
            instance_id TEXT NOT NULL, time INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (instance_id, time)
        ) WITHOUT ROWID;
        """

    /// Keeps a round of looks at hosts.
    ///
    /// - Parameters:
    ///   - usages: what they use, by their instances' ids.
    ///   - checks: how they are.
    public func add(usages: [String: HostUsage], checks: [String: HealthCheck]) async throws {
        if usages.isEmpty, checks.isEmpty { return }
        try await queue.write { db in
            for (id, usage) in usages.sorted(by: { $0.key < $1.key }) {
                try db.run(
                    "INSERT OR REPLACE INTO host_points VALUES (?, ?, ?)",
                    [id, usage.timestampMicro, Data(try WireJSON.encode(usage))])
            }
            for (id, check) in checks.sorted(by: { $0.key < $1.key }) {
                try db.run(
                    "INSERT OR REPLACE INTO host_checks VALUES (?, ?, ?)",
                    [id, check.collectedAt.microseconds, Data(try WireJSON.encode(check))])
            }
        }
    }

    /// What a host used, the newest first.
    public func usages(instanceID: String, limit: Int) async throws -> [HostUsage] {
        try await queue.read { db in
            try Data.fetchAll(
                db, sql: "SELECT usage FROM host_points WHERE instance_id = ? ORDER BY time DESC LIMIT ?",
                arguments: [instanceID, limit]
            ).map { try JSONDecoder().decode(HostUsage.self, from: $0) }
        }
    }

    /// How a host was, the newest check first; those between two moments, which do not count themselves.
    public func checks(
        instanceID: String, after: Timestamp? = nil, before: Timestamp? = nil, limit: Int
    ) async throws -> [HealthCheck] {
        try await queue.read { db in
            try Data.fetchAll(
                db,
                sql: """
                    SELECT body FROM host_checks WHERE instance_id = ? AND time > ? AND time < ?
                    ORDER BY time DESC LIMIT ?
                    """,
                arguments: [instanceID, after?.microseconds ?? .min, before?.microseconds ?? .max, limit]
            ).map { try JSONDecoder().decode(HealthCheck.self, from: $0) }
        }
    }

    /// Deletes what is older.
    public func forgetHosts(usagesBefore: Timestamp, checksBefore: Timestamp) async throws {
        try await queue.write { db in
            try db.run("DELETE FROM host_points WHERE time < ?", [usagesBefore.microseconds])
            try db.run("DELETE FROM host_checks WHERE time < ?", [checksBefore.microseconds])
        }
    }
}
