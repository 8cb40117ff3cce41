import GRDB
import Wire

extension SQLiteStore {
    /// The key by which an SSH server is known; a server that is not known yet is from now on known by this one.
    ///
    /// - Parameters:
    ///   - key: its algorithm and base64, as in a line of `known_hosts`.
    ///   - route: the way to it, see `InstanceRecord.route`.
    /// - Returns: the key that counts.
    public func hostKey(_ key: String, route: String, now: Timestamp) async throws -> String {
        // Almost every login is to a server that is known; those need not wait for the writer.
        if let known = try await knownHostKey(route: route) { return known }
        return try await write { db in
            try db.run(
                "INSERT INTO known_hosts VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [route, key, now.microseconds])
            let sql = "SELECT key FROM known_hosts WHERE route = ?"
            return try String.fetchOne(db.cachedStatement(sql: sql), arguments: [route]) ?? key
        }
    }

    /// The key by which an SSH server is known; nil where it is not.
    public func knownHostKey(route: String) async throws -> String? {
        do {
            return try await read { db in
                try String.fetchOne(db, sql: "SELECT key FROM known_hosts WHERE route = ?", arguments: [route])
            }
        } catch {
            throw StoreError(sqlite: error, doing: "reading the keys of hosts")
        }
    }
}
