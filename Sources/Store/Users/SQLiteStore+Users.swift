import Foundation
import GRDB
import Wire

extension SQLiteStore {
    /// The name of the user that the server makes and nobody can delete.
    public static let adminName = "admin"

    // MARK: Look-up

    /// The active user with this token, nil where there is none.
    public func user(token: String) async throws -> UserRecord? {
        let hash = UserRecord.hash(token: token)
        return try await read { [keyring] db in
            let sql = "SELECT * FROM users WHERE token_hash = ? AND is_active = 1 AND is_deleted = 0"
            let user = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [hash])
                .map { try UserRecord(row: $0, keyring: keyring) }
            return user?.token == token ? user : nil
        }
    }

    /// A user by name, as written.
    public func user(named name: String) async throws -> UserRecord? {
        try await read { [keyring] db in try UserRecord.fetch(named: name, in: db, keyring: keyring) }
    }

    /// A user by id, deleted ones too.
    public func user(id: String) async throws -> UserRecord? {
        try await read { [keyring] db in try UserRecord.fetch(id: id, in: db, keyring: keyring) }
    }

    /// Users whose name contains `pattern` (in any case), and how many there are on all pages.
    public func users(containing pattern: String? = nil, page: Page = Page()) async throws -> (
        users: [UserRecord], total: Int
    ) {
        try await read { [keyring] db in
            let like = "%" + (pattern ?? "").replacing("_", with: "/_") + "%"
            let filter = "is_deleted = 0 AND name LIKE ? ESCAPE '/'"
            let total = try Int.fetchOne(db, sql: "SELECT count(*) FROM users WHERE \(filter)", arguments: [like]) ?? 0
            let after = page.condition(time: "created_at", id: "id")
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT * FROM users WHERE \(filter) AND \(after.sql) "
                    + page.order(time: "created_at", id: "id"),
                arguments: [like] + after.arguments)
            return (try rows.map { try UserRecord(row: $0, keyring: keyring) }, total)
        }
    }

    // MARK: Changes

    /// Adds a user.
    ///
    /// - Throws: `AccountError` where the name is malformed or taken, in any case of its letters.
    public func createUser(_ user: UserRecord, events: [EventDraft] = []) async throws {
        guard AccountName.isValid(user.name, maximum: 60) else {
            throw AccountError(.invalid, "Username should match regex '^[a-zA-Z0-9-_]{1,60}$'")
        }
        try await write(telling: { [keyring] db in
            let taken = try Row.fetchOne(
                db, sql: "SELECT 1 FROM users WHERE lower(name) = lower(?) AND is_deleted = 0", arguments: [user.name])
            if taken != nil { throw AccountError.exists }
            try user.insert(in: db, keyring: keyring)
            return ((), events)
        })
    }

    /// Changes a user's role, address and activity.
    ///
    /// - Parameter event: tells of it, from what the user was before and is then.
    /// - Returns: the user as changed, nil where there is none of that name.
    public func updateUser(
        named name: String, globalRole: GlobalRole, email: String?, isActive: Bool,
        event: @escaping @Sendable (_ before: UserRecord, _ now: UserRecord) -> EventDraft
    ) async throws -> UserRecord? {
        try await change(userNamed: name, event) { db, user in
            user.globalRole = globalRole
            user.email = email
            user.isActive = isActive
            try db.run(
                "UPDATE users SET global_role = ?, email = ?, is_active = ? WHERE id = ?",
                [globalRole.rawValue, email, isActive, user.id])
        }
    }

    /// Gives a user another token; the old one is worth nothing from then on.
    public func replaceToken(
        ofUserNamed name: String, with token: String, event: @escaping @Sendable (UserRecord) -> EventDraft
    ) async throws -> UserRecord? {
        try await change(userNamed: name, { _, now in event(now) }) { [keyring] db, user in
            user.token = token
            try db.run(
                "UPDATE users SET token = ?, token_hash = ? WHERE id = ?",
                [Data(try keyring.seal(Array(token.utf8))), UserRecord.hash(token: token), user.id])
        }
    }

    /// Gives a user another key pair.
    public func replaceKeys(
        ofUserNamed name: String, with keys: SSHKeyPair, event: @escaping @Sendable (UserRecord) -> EventDraft
    ) async throws -> UserRecord? {
        try await change(userNamed: name, { _, now in event(now) }) { [keyring] db, user in
            user.keys = keys
            try db.run(
                "UPDATE users SET private_key = ?, public_key = ? WHERE id = ?",
                [Data(try keyring.seal(Array(keys.privateKey.utf8))), keys.publicKey, user.id])
        }
    }

    private func change(
        userNamed name: String, _ event: @escaping @Sendable (_ before: UserRecord, _ now: UserRecord) -> EventDraft,
        _ write: @escaping @Sendable (Database, inout UserRecord) throws -> Void
    ) async throws -> UserRecord? {
        try await self.write(telling: { [keyring] db in
            guard let before = try UserRecord.fetch(named: name, in: db, keyring: keyring) else { return (nil, []) }
            var user = before
            try write(db, &user)
            return (user, [event(before, user)])
        })
    }

    /// Deletes users: they cannot log in, their memberships end, their names are free.
    ///
    /// - Throws: `AccountError` where one of them is the admin or does not exist; then none is deleted.
    public func deleteUsers(
        named names: [String], at time: Timestamp, event: @escaping @Sendable (UserRecord) -> EventDraft
    ) async throws {
        if names.contains(Self.adminName) {
            throw AccountError(.invalid, "User '\(Self.adminName)' cannot be deleted")
        }
        try await write(telling: { [keyring] db in
            var events: [EventDraft] = []
            for name in names {
                guard let user = try UserRecord.fetch(named: name, in: db, keyring: keyring) else {
                    throw AccountError(.invalid, "Failed to delete non-existent users")
                }
                try db.run(
                    "UPDATE users SET is_deleted = 1, is_active = 0, original_name = name, name = ? WHERE id = ?",
                    [AccountName.deleted(at: time.microseconds / 1_000_000), user.id])
                try db.run("DELETE FROM members WHERE user_id = ?", [user.id])
                events.append(event(user))
            }
            return ((), events)
        })
    }
}
