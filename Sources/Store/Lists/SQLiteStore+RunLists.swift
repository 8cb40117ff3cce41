import GRDB
import Wire

extension SQLiteStore {
    /// Runs of projects that are not deleted; runs that are deleted too.
    ///
    /// - Parameter submissionsPerJob: the latest of each job to give, at least one.
    public func runs(_ filter: RunFilter, page: Page, submissionsPerJob: Int) async throws -> [RunSnapshot] {
        try await read { [keyring] db in
            let condition = filter.condition
            let after = page.condition(time: "r.submitted_at", id: "r.id")
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: RunSnapshot.query + " WHERE \(condition.sql) AND \(after.sql) "
                        + page.order(time: "r.submitted_at", id: "r.id")),
                arguments: condition.arguments + after.arguments)
            return try rows.map {
                try RunSnapshot(row: $0, in: db, keyring: keyring, submissionsPerJob: submissionsPerJob)
            }
        }
    }

    /// A project's run by name that is not deleted.
    public func runSnapshot(named name: String, projectID: String) async throws -> RunSnapshot? {
        try await runSnapshot(where: "r.project_id = ? AND r.name = ? AND r.is_deleted = 0", [projectID, name])
    }

    /// Most submissions of each job that a single run is shown with, the latest.
    private static let mostSubmissions = 1000

    /// A project's run by id, deleted ones too.
    public func runSnapshot(id: String, projectID: String) async throws -> RunSnapshot? {
        try await runSnapshot(where: "r.project_id = ? AND r.id = ?", [projectID, id])
    }

    private func runSnapshot(where condition: String, _ arguments: StatementArguments) async throws -> RunSnapshot? {
        try await read { [keyring] db in
            try Row.fetchOne(
                db.cachedStatement(sql: RunSnapshot.query + " WHERE " + condition), arguments: arguments
            ).map { try RunSnapshot(row: $0, in: db, keyring: keyring, submissionsPerJob: Self.mostSubmissions) }
        }
    }

    /// Names of a project's runs that are not deleted and begin so.
    public func runNames(beginningWith prefix: String, projectID: String) async throws -> Set<String> {
        try await read { db in
            let sql = """
                SELECT name FROM runs WHERE project_id = ? AND is_deleted = 0 AND substr(name, 1, ?) = ?
                """
            return Set(try String.fetchAll(db, sql: sql, arguments: [projectID, prefix.count, prefix]))
        }
    }

    /// Runs of these names in a project, deleted ones left out.
    public func runs(named names: [String], projectID: String) async throws -> [RunRecord] {
        try await read { [keyring] db in
            try names.compactMap { name in
                let sql = "SELECT * FROM runs WHERE project_id = ? AND name = ? AND is_deleted = 0"
                return try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [projectID, name])
                    .map { try RunRecord(row: $0, keyring: keyring) }
            }
        }
    }
}

extension RunFilter {
    fileprivate var condition: (sql: String, arguments: StatementArguments) {
        var parts = ["p.is_deleted = 0"]
        var arguments: StatementArguments = []
        if let projectID {
            parts.append("r.project_id = ?")
            arguments += [projectID]
        }
        if let visibleTo {
            parts.append("EXISTS (SELECT 1 FROM members m WHERE m.project_id = r.project_id AND m.user_id = ?)")
            arguments += [visibleTo]
        }
        if let userID {
            parts.append("r.user_id = ?")
            arguments += [userID]
        }
        if onlyActive { parts.append("r.status NOT IN ('terminated', 'failed', 'done')") }
        return (parts.joined(separator: " AND "), arguments)
    }
}

extension RunSnapshot {
    fileprivate static let query = """
        SELECT r.*, p.name AS project_name, u.name AS user_name, f.name AS fleet_name FROM runs r
        JOIN projects p ON p.id = r.project_id JOIN users u ON u.id = r.user_id
        LEFT JOIN fleets f ON f.id = r.fleet_id
        """

    /// The latest submissions of each job, in order. However long a run has been started by its schedule, only these
    /// are read.
    private static let jobs = """
        SELECT jobs.* FROM (SELECT DISTINCT replica_num, job_num FROM jobs WHERE run_id = ?1) AS place
        JOIN jobs ON jobs.id IN (
            SELECT id FROM jobs WHERE run_id = ?1 AND replica_num = place.replica_num AND job_num = place.job_num
            ORDER BY submission_num DESC LIMIT ?2
        )
        ORDER BY jobs.replica_num, jobs.job_num, jobs.submission_num
        """

    fileprivate init(row: Row, in db: Database, keyring: Keyring, submissionsPerJob: Int) throws {
        let run = try RunRecord(row: row, keyring: keyring)
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: Self.jobs), arguments: [run.id, max(1, submissionsPerJob)])
        self.init(
            run: run, jobs: try rows.map { try JobRecord(row: $0, keyring: keyring) },
            projectName: row["project_name"], userName: row["user_name"], fleetName: row["fleet_name"])
    }
}
