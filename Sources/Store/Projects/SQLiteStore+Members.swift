import GRDB
import Wire

/// A user, by name or address, and the role to give.
public struct MemberChange: Sendable, Equatable {
    public let username: String
    public let role: ProjectRole

    public init(username: String, role: ProjectRole) {
        self.username = username
        self.role = role
    }
}

extension SQLiteStore {
    /// Makes these users a project's only members. Names that nobody has are passed over.
    ///
    /// - Throws: `AccountError` where a user is named twice, or a manager would change who is admin.
    public func setMembers(
        _ changes: [MemberChange], ofProject id: String, by actor: UserRecord
    ) async throws {
        try Self.checkDistinct(changes.map(\.username))
        try await write { [keyring] db in
            let current = try MemberRecord.fetchAll(projectID: id, in: db)
            let role = current.first { $0.userID == actor.id }?.role
            if actor.globalRole != .admin, role == .manager {
                let admins = try current.filter { $0.role == .admin }.compactMap {
                    try UserRecord.fetch(id: $0.userID, in: db, keyring: keyring)?.name
                }
                if Set(admins) != Set(changes.filter { $0.role == .admin }.map(\.username)) {
                    throw AccountError(.forbidden, "Access denied: changing project admins")
                }
            }
            try db.run("DELETE FROM members WHERE project_id = ?", [id])
            for change in changes {
                guard let userID = try Self.userID(change.username, in: db) else { continue }
                try db.run("DELETE FROM members WHERE project_id = ? AND user_id = ?", [id, userID])
                try MemberRecord.insert(projectID: id, userID: userID, role: change.role, in: db)
            }
        }
    }

    /// Adds members or changes their roles. Any user may join a public project, as a user.
    public func addMembers(
        _ changes: [MemberChange], toProject project: ProjectRecord, by actor: UserRecord
    ) async throws {
        try Self.checkDistinct(changes.map(\.username))
        try await write { db in
            let current = try MemberRecord.fetchAll(projectID: project.id, in: db)
            let role = current.first { $0.userID == actor.id }?.role
            try Self.checkMayAdd(changes, to: project, role: role, actor: actor)
            for change in changes {
                guard let userID = try Self.userID(change.username, in: db) else {
                    throw AccountError(.invalid, "User not found: \(change.username)")
                }
                if current.contains(where: { $0.userID == userID }) {
                    try db.run(
                        "UPDATE members SET role = ? WHERE project_id = ? AND user_id = ?",
                        [change.role.rawValue, project.id, userID])
                } else {
                    try MemberRecord.insert(projectID: project.id, userID: userID, role: change.role, in: db)
                }
            }
        }
    }

    private static func checkMayAdd(
        _ changes: [MemberChange], to project: ProjectRecord, role: ProjectRole?, actor: UserRecord
    ) throws {
        let joins =
            changes.count == 1 && project.isPublic && role == nil && actor.answers(to: changes[0].username)
        if joins {
            if changes[0].role != .user {
                throw AccountError(.forbidden, "Access denied: can only join public projects as user role")
            }
            return
        }
        if actor.globalRole == .admin { return }
        switch role {
        case .admin: return
        case .manager:
            if changes.contains(where: { $0.role == .admin }) {
                throw AccountError(.forbidden, "Access denied: only global admins can add project admins")
            }
        case .user, nil:
            throw AccountError(.forbidden, "Access denied: insufficient permissions to add members")
        }
    }

    /// Removes members; any member may leave. The last admin stays.
    public func removeMembers(
        _ names: [String], fromProject project: ProjectRecord, by actor: UserRecord
    ) async throws {
        try await write { db in
            let current = try MemberRecord.fetchAll(projectID: project.id, in: db)
            let role = current.first { $0.userID == actor.id }?.role
            let leaves = names.count == 1 && role != nil && actor.answers(to: names[0])
            if !leaves, actor.globalRole != .admin, role != .admin, role != .manager {
                throw AccountError(.forbidden, "Access denied: insufficient permissions to remove members")
            }
            let admins = current.count { $0.role == .admin }
            var removed = 0
            for name in names {
                guard let userID = try Self.userID(name, in: db) else {
                    throw AccountError(.invalid, "User not found: \(name)")
                }
                guard let member = current.first(where: { $0.userID == userID }) else {
                    throw AccountError(.invalid, "User is not a member of this project: \(name)")
                }
                if member.role == .admin {
                    if leaves, admins <= 1 {
                        throw AccountError(.invalid, "Cannot leave project: you are the last admin")
                    }
                    if !leaves, actor.globalRole != .admin {
                        throw AccountError(
                            .forbidden,
                            "Access denied: only global admins can remove project admins (user: \(name))")
                    }
                    removed += 1
                }
                try db.run("DELETE FROM members WHERE project_id = ? AND user_id = ?", [project.id, userID])
            }
            if !leaves, removed >= admins { throw AccountError(.invalid, "Cannot remove all project admins") }
        }
    }

    private static func checkDistinct(_ names: [String]) throws {
        if Set(names).count != names.count {
            throw AccountError(.invalid, "Cannot add same user multiple times")
        }
    }

    /// The id of the user with this name, or else with this address.
    private static func userID(_ name: String, in db: Database) throws -> String? {
        try String.fetchOne(
            db,
            sql: """
                SELECT id FROM users WHERE is_deleted = 0 AND (name = ?1 OR email = ?1)
                ORDER BY name = ?1 DESC, created_at LIMIT 1
                """, arguments: [name])
    }
}

extension UserRecord {
    /// Whether a name in a request means this user.
    fileprivate func answers(to name: String) -> Bool { name == self.name || name == email }
}
