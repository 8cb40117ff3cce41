import GRDB
import Wire

/// An instance with what an answer shows of it.
public struct InstanceSnapshot: Sendable, Equatable {
    public let instance: InstanceRecord
    public let projectName: String
    public let fleetName: String?
    /// Names of the jobs that run on it.
    public let jobNames: [String]
    /// Blocks that they hold.
    public let busyBlocks: Int
}

/// A fleet with its instances that are not deleted.
public struct FleetSnapshot: Sendable, Equatable {
    public let fleet: FleetRecord
    public let projectName: String
    public let instances: [InstanceSnapshot]
}

/// Which fleets or instances a list shows.
public struct FleetFilter: Sendable {
    /// Who asks; sees what belongs to the projects it belongs to. nil sees all.
    public var visibleTo: String?
    /// Names of projects; nil for all.
    public var projectNames: [String]?
    /// Ids of fleets; nil for all.
    public var fleetIDs: [String]?
    /// Without deleted fleets, and without instances that take no jobs.
    public var onlyActive: Bool

    public init(
        visibleTo: String? = nil, projectNames: [String]? = nil, fleetIDs: [String]? = nil, onlyActive: Bool = false
    ) {
        self.visibleTo = visibleTo
        self.projectNames = projectNames
        self.fleetIDs = fleetIDs
        self.onlyActive = onlyActive
    }
}

extension SQLiteStore {
    /// Fleets of projects that are not deleted.
    public func fleets(_ filter: FleetFilter, page: Page = Page(limit: 100)) async throws -> [FleetSnapshot] {
        try await read { [keyring] db in
            var (sql, arguments) = filter.condition(project: "f.project_id", fleet: "f.id")
            if filter.onlyActive { sql += " AND f.is_deleted = 0" }
            let after = page.condition(time: "f.created_at", id: "f.id")
            let rows = try Row.fetchAll(
                db,
                sql: FleetSnapshot.query + " WHERE \(sql) AND \(after.sql) "
                    + page.order(time: "f.created_at", id: "f.id"), arguments: arguments + after.arguments)
            return try rows.map { try FleetSnapshot(row: $0, in: db, keyring: keyring) }
        }
    }

    /// A project's fleet by name that is not deleted.
    public func fleet(named name: String, projectID: String) async throws -> FleetSnapshot? {
        try await fleet(where: "f.project_id = ? AND f.name = ? AND f.is_deleted = 0", [projectID, name])
    }

    /// A project's fleet by id, deleted ones too.
    public func fleet(id: String, projectID: String) async throws -> FleetSnapshot? {
        try await fleet(where: "f.project_id = ? AND f.id = ?", [projectID, id])
    }

    private func fleet(where condition: String, _ arguments: StatementArguments) async throws -> FleetSnapshot? {
        try await read { [keyring] db in
            try Row.fetchOne(db, sql: FleetSnapshot.query + " WHERE " + condition, arguments: arguments)
                .map { try FleetSnapshot(row: $0, in: db, keyring: keyring) }
        }
    }

    /// Instances of projects that are not deleted.
    public func instances(
        _ filter: FleetFilter, page: Page = Page(limit: 1000)
    ) async throws -> [InstanceSnapshot] {
        try await read { [keyring] db in
            var (sql, arguments) = filter.condition(project: "i.project_id", fleet: "i.fleet_id")
            if filter.onlyActive { sql += " AND i.is_deleted = 0 AND i.status = 'idle'" }
            let after = page.condition(time: "i.created_at", id: "i.id")
            let rows = try Row.fetchAll(
                db,
                sql: InstanceSnapshot.query + " WHERE \(sql) AND \(after.sql) "
                    + page.order(time: "i.created_at", id: "i.id"), arguments: arguments + after.arguments)
            return try rows.map { try InstanceSnapshot(row: $0, in: db, keyring: keyring) }
        }
    }

    /// A project's instance by id.
    public func instanceSnapshot(id: String, projectID: String) async throws -> InstanceSnapshot? {
        try await read { [keyring] db in
            try Row.fetchOne(
                db, sql: InstanceSnapshot.query + " WHERE i.project_id = ? AND i.id = ?", arguments: [projectID, id]
            ).map { try InstanceSnapshot(row: $0, in: db, keyring: keyring) }
        }
    }
}

extension FleetFilter {
    fileprivate func condition(project: String, fleet: String) -> (String, StatementArguments) {
        var parts = ["p.is_deleted = 0"]
        var arguments: StatementArguments = []
        if let visibleTo {
            parts.append("EXISTS (SELECT 1 FROM members m WHERE m.project_id = \(project) AND m.user_id = ?)")
            arguments += [visibleTo]
        }
        if let projectNames {
            parts.append("p.name IN (\(databaseQuestionMarks(count: projectNames.count)))")
            arguments += StatementArguments(projectNames)
        }
        if let fleetIDs {
            parts.append("\(fleet) IN (\(databaseQuestionMarks(count: fleetIDs.count)))")
            arguments += StatementArguments(fleetIDs)
        }
        return (parts.joined(separator: " AND "), arguments)
    }
}

extension FleetSnapshot {
    fileprivate static let query =
        "SELECT f.*, p.name AS project_name FROM fleets f JOIN projects p ON p.id = f.project_id"

    fileprivate init(row: Row, in db: Database, keyring: Keyring) throws {
        let fleet = try FleetRecord(row: row, keyring: keyring)
        let rows = try Row.fetchAll(
            db,
            sql: InstanceSnapshot.query
                + " WHERE i.fleet_id = ? AND i.is_deleted = 0 ORDER BY i.instance_num",
            arguments: [fleet.id])
        self.init(
            fleet: fleet, projectName: row["project_name"],
            instances: try rows.map { try InstanceSnapshot(row: $0, in: db, keyring: keyring) })
    }
}

extension InstanceSnapshot {
    fileprivate static let query = """
        SELECT i.*, p.name AS project_name, f.name AS fleet_name FROM instances i
        JOIN projects p ON p.id = i.project_id LEFT JOIN fleets f ON f.id = i.fleet_id
        """

    fileprivate init(row: Row, in db: Database, keyring: Keyring) throws {
        let instance = try InstanceRecord(row: row, keyring: keyring)
        let jobs = try Row.fetchAll(
            db,
            sql: """
                SELECT j.name, c.blocks FROM claims c JOIN jobs j ON j.id = c.job_id WHERE c.instance_id = ?
                ORDER BY j.name
                """, arguments: [instance.id])
        self.init(
            instance: instance, projectName: row["project_name"], fleetName: row["fleet_name"],
            jobNames: jobs.map { $0["name"] }, busyBlocks: jobs.map { $0["blocks"] }.reduce(0, +))
    }
}
