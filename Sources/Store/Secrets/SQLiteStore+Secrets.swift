import Foundation
import GRDB

/// A named value of a project that only its managers see.
public struct SecretRecord: Sendable, Equatable {
    public let id: String
    public let name: String
    public let value: String
}

extension SQLiteStore {
    /// Most characters of a secret's value.
    public static let longestSecret = 5000

    /// A project's secrets, by name.
    public func secrets(projectID: String) async throws -> [SecretRecord] {
        try await read { [keyring] db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM secrets WHERE project_id = ? ORDER BY name", arguments: [projectID]
            ).map { try SecretRecord(row: $0, keyring: keyring) }
        }
    }

    /// Adds a secret, or gives the one of that name another value. The same value again changes nothing.
    ///
    /// - Parameters:
    ///   - id: used where there is none of that name yet.
    ///   - event: tells of it where something changed.
    /// - Throws: `AccountError` where the name is malformed or the value too long.
    public func saveSecret(
        named name: String, value: String, id: String, projectID: String,
        event: @escaping @Sendable (_ secret: SecretRecord, _ isNew: Bool) -> EventDraft
    ) async throws -> SecretRecord {
        guard AccountName.isValid(name, maximum: 200) else {
            throw AccountError(.invalid, "Secret name should match regex '^[A-Za-z0-9-_]{1,200}$")
        }
        guard value.unicodeScalars.count <= Self.longestSecret else {
            throw AccountError(.invalid, "Secret value length must not exceed \(Self.longestSecret)")
        }
        return try await write(telling: { [keyring] db in
            let sql = "SELECT * FROM secrets WHERE project_id = ? AND name = ?"
            let known = try Row.fetchOne(db, sql: sql, arguments: [projectID, name])
            // One that cannot be opened any more, since its key is gone, is written anew.
            if let known, let kept = try? SecretRecord(row: known, keyring: keyring), kept.value == value {
                return (kept, [])
            }
            let secret = SecretRecord(id: known?["id"] ?? id, name: name, value: value)
            try db.run(
                """
                INSERT INTO secrets (id, project_id, name, value) VALUES (?, ?, ?, ?)
                ON CONFLICT (project_id, name) DO UPDATE SET value = excluded.value
                """, [secret.id, projectID, name, Data(try keyring.seal(Array(value.utf8)))])
            return (secret, [event(secret, known == nil)])
        })
    }

    /// Deletes secrets.
    ///
    /// - Parameter event: tells of each.
    /// - Throws: `AccountError` where one does not exist; then none is deleted.
    public func deleteSecrets(
        named names: [String], projectID: String,
        event: @escaping @Sendable (_ id: String, _ name: String) -> EventDraft
    ) async throws {
        try await write(telling: { db in
            var missing: [String] = []
            var events: [EventDraft] = []
            for name in names {
                let sql = "DELETE FROM secrets WHERE project_id = ? AND name = ? RETURNING id"
                if let id = try String.fetchOne(db.cachedStatement(sql: sql), arguments: [projectID, name]) {
                    events.append(event(id, name))
                } else {
                    missing.append(name)
                }
            }
            if !missing.isEmpty {
                throw AccountError(.notFound, "Secrets not found: \(missing.joined(separator: ", "))")
            }
            return ((), events)
        })
    }
}

extension SecretRecord {
    init(row: Row, keyring: Keyring) throws {
        self.init(
            id: row["id"], name: row["name"],
            value: String(decoding: try keyring.open(row.bytes("value")), as: UTF8.self))
    }
}
