import Foundation
import GRDB
import Wire

extension ProjectRecord {
    init(row: Row, keyring: Keyring) throws {
        self.init(
            id: row["id"], name: row["name"], ownerID: row["owner_id"],
            createdAt: Timestamp(microseconds: row["created_at"]), isPublic: row["is_public"],
            keys: SSHKeyPair(
                privateKey: String(decoding: try keyring.open(row.bytes("private_key")), as: UTF8.self),
                publicKey: row["public_key"]),
            isDeleted: row["is_deleted"])
    }

    func insert(in db: Database, keyring: Keyring) throws {
        try db.run(
            "INSERT INTO projects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                id, name, name, ownerID, createdAt.microseconds, isPublic, isDeleted,
                Data(try keyring.seal(Array(keys.privateKey.utf8))), keys.publicKey,
            ])
    }

    static func fetch(named name: String, in db: Database, keyring: Keyring) throws -> ProjectRecord? {
        let sql = "SELECT * FROM projects WHERE lower(name) = lower(?) AND is_deleted = 0"
        return try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [name])
            .map { try ProjectRecord(row: $0, keyring: keyring) }
    }
}

extension MemberRecord {
    init(row: Row) throws {
        self.init(projectID: row["project_id"], userID: row["user_id"], role: try row.value("role"))
    }

    static func fetchAll(projectID: String, in db: Database) throws -> [MemberRecord] {
        let sql = "SELECT * FROM members WHERE project_id = ? ORDER BY position, user_id"
        return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [projectID]).map(MemberRecord.init(row:))
    }

    static func insert(projectID: String, userID: String, role: ProjectRole, in db: Database) throws {
        try db.run(
            """
            INSERT INTO members (project_id, user_id, role, position)
            SELECT ?1, ?2, ?3, 1 + coalesce(max(position), -1) FROM members WHERE project_id = ?1
            """, [projectID, userID, role.rawValue])
    }
}
