import GRDB
import Wire

extension SQLiteStore {
    /// The key by which an SSH server is known; a server that is not known yet is from now on known by this one.
    ///
    /// - Parameter key: its algorithm and base64, as in a line of `known_hosts`.
    /// - Returns: the key that counts.
    public func hostKey(_ key: String, host: String, port: Int, now: Timestamp) async throws -> String {
        try await write { db in
            try db.run(
                "INSERT INTO host_keys VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", [host, port, key, now.microseconds])
            let sql = "SELECT key FROM host_keys WHERE host = ? AND port = ?"
            return try String.fetchOne(db.cachedStatement(sql: sql), arguments: [host, port]) ?? key
        }
    }

    /// The key by which an SSH server is known; nil where it is not.
    public func knownHostKey(host: String, port: Int) async throws -> String? {
        try await read { db in
            let sql = "SELECT key FROM host_keys WHERE host = ? AND port = ?"
            return try String.fetchOne(db, sql: sql, arguments: [host, port])
        }
    }

    /// Forgets by which key a server is known: its machine was taken out of use, and may be another one by that name.
    public func forgetHostKey(host: String, port: Int) async throws {
        try await write { db in try db.run("DELETE FROM host_keys WHERE host = ? AND port = ?", [host, port]) }
    }
}
