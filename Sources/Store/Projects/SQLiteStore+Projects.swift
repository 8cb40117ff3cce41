import Foundation
import GRDB
import Wire

/// A project with its owner and members, as an answer shows it.
public struct ProjectDetails: Sendable, Equatable {
    public let project: ProjectRecord
    public let owner: UserRecord
    public let members: [ProjectMember]
}

/// A member of a project and its role there.
public struct ProjectMember: Sendable, Equatable {
    public let user: UserRecord
    public let role: ProjectRole
}

/// Which projects a list shows.
public struct ProjectFilter: Sendable {
    /// Who asks; nil sees all.
    public var visibleTo: String?
    /// Public projects too, of which the asker is no member.
    public var includesPublic: Bool
    /// Part of the name, in any case.
    public var pattern: String?
    /// Only projects that this user owns or belongs to.
    public var memberName: String?
    /// Only projects without a fleet.
    public var withoutFleets: Bool

    public init(
        visibleTo: String? = nil, includesPublic: Bool = false, pattern: String? = nil, memberName: String? = nil,
        withoutFleets: Bool = false
    ) {
        self.visibleTo = visibleTo
        self.includesPublic = includesPublic
        self.pattern = pattern
        self.memberName = memberName
        self.withoutFleets = withoutFleets
    }

    /// The condition over `projects p`, with its arguments.
    fileprivate var condition: (sql: String, arguments: StatementArguments) {
        var parts = ["p.is_deleted = 0"]
        var arguments: StatementArguments = []
        if let visibleTo {
            let member = "EXISTS (SELECT 1 FROM members m WHERE m.project_id = p.id AND m.user_id = ?)"
            parts.append(includesPublic ? "(p.is_public = 1 OR \(member))" : member)
            arguments += [visibleTo]
        }
        if let pattern {
            parts.append("p.name LIKE ? ESCAPE '/'")
            arguments += ["%" + pattern.replacing("_", with: "/_") + "%"]
        }
        if let memberName {
            let user = "(SELECT id FROM users WHERE name = ? AND is_deleted = 0)"
            parts.append(
                "(p.owner_id = \(user) OR EXISTS (SELECT 1 FROM members m WHERE m.project_id = p.id"
                    + " AND m.user_id = \(user)))")
            arguments += [memberName, memberName]
        }
        if withoutFleets {
            parts.append("NOT EXISTS (SELECT 1 FROM fleets f WHERE f.project_id = p.id AND f.is_deleted = 0)")
        }
        return (parts.joined(separator: " AND "), arguments)
    }
}

extension SQLiteStore {
    /// Projects that a user may own; the admin is not limited.
    public static let projectQuota = 10

    // MARK: Look-up

    /// A project by name in any case, and the role that a user has in it.
    public func project(
        named name: String, roleOf userID: String
    ) async throws -> (project: ProjectRecord, role: ProjectRole?)? {
        try await read { [keyring] db in
            guard let project = try ProjectRecord.fetch(named: name, in: db, keyring: keyring) else { return nil }
            let sql = "SELECT * FROM members WHERE project_id = ? AND user_id = ?"
            let member = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [project.id, userID])
            return (project, try member.map { try MemberRecord(row: $0).role })
        }
    }

    /// A project by id, deleted ones too.
    public func project(id: String) async throws -> ProjectRecord? {
        try await read { [keyring] db in
            try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM projects WHERE id = ?"), arguments: [id])
                .map { try ProjectRecord(row: $0, keyring: keyring) }
        }
    }

    /// A project's owner and members.
    public func details(ofProject id: String) async throws -> ProjectDetails? {
        try await read { [keyring] db in try ProjectDetails.fetch(id: id, in: db, keyring: keyring) }
    }

    /// Projects with their owners, and how many there are on all pages.
    ///
    /// Members are given only where the filter names one: then it alone.
    public func projects(
        _ filter: ProjectFilter, page: Page = Page()
    ) async throws -> (projects: [ProjectDetails], total: Int) {
        try await read { [keyring] db in
            let condition = filter.condition
            let total =
                try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM projects p WHERE \(condition.sql)", arguments: condition.arguments)
                ?? 0
            let after = page.condition(time: "p.created_at", id: "p.id")
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT p.* FROM projects p WHERE \(condition.sql) AND \(after.sql) "
                    + page.order(time: "p.created_at", id: "p.id"),
                arguments: condition.arguments + after.arguments)
            let projects = try rows.map { row in
                let project = try ProjectRecord(row: row, keyring: keyring)
                var details = try ProjectDetails.fetch(project, in: db, keyring: keyring)
                details = details.keepingMembers { $0 == filter.memberName }
                return details
            }
            return (projects, total)
        }
    }

    // MARK: Changes

    /// Adds a project; its owner is its first member and admin.
    ///
    /// - Throws: `AccountError` where the name is malformed or taken, or the owner has as many as allowed.
    public func createProject(
        _ project: ProjectRecord, ownerIsGlobalAdmin: Bool, events: [EventDraft] = []
    ) async throws {
        guard AccountName.isValid(project.name, maximum: 50) else {
            throw AccountError(.invalid, "Project name should match regex '^[a-zA-Z0-9-_]{1,50}$'")
        }
        try await write(telling: events) { [keyring] db in
            if try ProjectRecord.fetch(named: project.name, in: db, keyring: keyring) != nil {
                throw AccountError.exists
            }
            let owned = "SELECT count(*) FROM projects WHERE owner_id = ? AND is_deleted = 0"
            let count = try Int.fetchOne(db, sql: owned, arguments: [project.ownerID]) ?? 0
            if !ownerIsGlobalAdmin, count >= Self.projectQuota {
                throw AccountError(.invalid, "User project quota exceeded")
            }
            try project.insert(in: db, keyring: keyring)
            try MemberRecord.insert(projectID: project.id, userID: project.ownerID, role: .admin, in: db)
        }
    }

    /// Changes whether all users see a project.
    public func updateProject(id: String, isPublic: Bool, events: [EventDraft] = []) async throws {
        try await write(telling: events) { db in
            try db.run("UPDATE projects SET is_public = ? WHERE id = ?", [isPublic, id])
        }
    }

    /// Deletes projects; their names are free from then on.
    ///
    /// - Throws: `AccountError` where one does not exist, is not the actor's, or has active runs or fleets
    ///   other than those in `ignoringFleets`; then none is deleted.
    public func deleteProjects(
        named names: [String], by actor: UserRecord, at time: Timestamp, ignoringFleets: [String] = [],
        event: @escaping @Sendable (_ projectID: String, _ actor: UserRecord) -> EventDraft
    ) async throws {
        try await writer.submit { [keyring] db in
            var events: [EventRecord] = []
            for name in names {
                let project = try ProjectRecord.fetch(named: name, in: db, keyring: keyring)
                if actor.globalRole != .admin {
                    guard let project else { throw AccountError.denied }
                    let members = try MemberRecord.fetchAll(projectID: project.id, in: db)
                    guard let member = members.first(where: { $0.userID == actor.id }),
                        member.role == .admin || project.ownerID == actor.id
                    else { throw AccountError.denied }
                }
                guard let project else {
                    throw AccountError(.invalid, "Failed to delete non-existent projects")
                }
                try Self.checkIdle(project, in: db, ignoringFleets: ignoringFleets)
                try db.run(
                    "UPDATE projects SET is_deleted = 1, original_name = name, name = ? WHERE id = ?",
                    [AccountName.deleted(at: time.microseconds / 1_000_000), project.id])
                events.append(try event(project.id, actor).insert(in: db))
            }
            return ((), events)
        }
    }

    /// Runs a write together with the events that tell of it.
    private func write(
        telling events: [EventDraft], _ body: @escaping @Sendable (Database) throws -> Void
    ) async throws {
        try await writer.submit { db in
            try body(db)
            return ((), try events.map { try $0.insert(in: db) })
        }
    }

    private static func checkIdle(_ project: ProjectRecord, in db: Database, ignoringFleets: [String]) throws {
        let runs = try String.fetchAll(
            db,
            sql: """
                SELECT name FROM runs WHERE project_id = ? AND status NOT IN ('terminated', 'failed', 'done')
                ORDER BY submitted_at, id
                """, arguments: [project.id])
        if !runs.isEmpty {
            throw AccountError(.invalid, "Failed to delete project with active runs: \(quoted(runs))")
        }
        let fleets = try String.fetchAll(
            db, sql: "SELECT name FROM fleets WHERE project_id = ? AND is_deleted = 0 ORDER BY created_at, id",
            arguments: [project.id]
        ).filter { !ignoringFleets.contains($0) }
        if !fleets.isEmpty {
            throw AccountError(.invalid, "Failed to delete project with active fleets: \(quoted(fleets))")
        }
    }

    /// Names as Python prints a list of them.
    private static func quoted(_ names: [String]) -> String {
        "[" + names.map { "'\($0)'" }.joined(separator: ", ") + "]"
    }
}

extension ProjectDetails {
    static func fetch(id: String, in db: Database, keyring: Keyring) throws -> ProjectDetails? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM projects WHERE id = ?"), arguments: [id])
            .map { try fetch(ProjectRecord(row: $0, keyring: keyring), in: db, keyring: keyring) }
    }

    fileprivate static func fetch(
        _ project: ProjectRecord, in db: Database, keyring: Keyring
    ) throws -> ProjectDetails {
        guard let owner = try UserRecord.fetch(id: project.ownerID, in: db, keyring: keyring) else {
            throw StoreError.corrupt("project '\(project.name)' has no owner")
        }
        let members = try MemberRecord.fetchAll(projectID: project.id, in: db).compactMap { member in
            try UserRecord.fetch(id: member.userID, in: db, keyring: keyring).map {
                ProjectMember(user: $0, role: member.role)
            }
        }
        return ProjectDetails(project: project, owner: owner, members: members)
    }

    fileprivate func keepingMembers(_ keep: (String) -> Bool) -> ProjectDetails {
        ProjectDetails(project: project, owner: owner, members: members.filter { keep($0.user.name) })
    }
}
