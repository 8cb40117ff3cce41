import Crypto
import Foundation
import GRDB
import Wire

extension UserRecord {
    init(row: Row, keyring: Keyring) throws {
        self.init(
            id: row["id"], name: row["name"], createdAt: Timestamp(microseconds: row["created_at"]),
            globalRole: try row.value("global_role"), email: row["email"], isActive: row["is_active"],
            token: String(decoding: try keyring.open(row.bytes("token")), as: UTF8.self),
            keys: SSHKeyPair(
                privateKey: String(decoding: try keyring.open(row.bytes("private_key")), as: UTF8.self),
                publicKey: row["public_key"]),
            isDeleted: row["is_deleted"])
    }

    func insert(in db: Database, keyring: Keyring) throws {
        try db.run(
            "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                id, name, name, createdAt.microseconds, globalRole.rawValue, email, isActive, isDeleted,
                Data(try keyring.seal(Array(token.utf8))), Self.hash(token: token),
                Data(try keyring.seal(Array(keys.privateKey.utf8))), keys.publicKey,
            ])
    }

    /// What a token is looked up by: it cannot be turned back into the token.
    static func hash(token: String) -> String {
        SHA256.hash(data: Data(token.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func fetch(named name: String, in db: Database, keyring: Keyring) throws -> UserRecord? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM users WHERE name = ? AND is_deleted = 0"), arguments: [name]
        ).map { try UserRecord(row: $0, keyring: keyring) }
    }

    static func fetch(id: String, in db: Database, keyring: Keyring) throws -> UserRecord? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM users WHERE id = ?"), arguments: [id])
            .map { try UserRecord(row: $0, keyring: keyring) }
    }
}
