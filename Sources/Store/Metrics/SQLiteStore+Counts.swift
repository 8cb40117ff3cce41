import GRDB
import Wire

/// How many runs a user has had in a project, deleted ones too, by their status.
public struct RunCounts: Sendable, Equatable {
    public var projectName: String
    public var userName: String
    public var byStatus: [RunStatus: Int]
}

/// A job that holds a machine, with the names that belong to it.
public struct ActiveJob: Sendable, Equatable {
    public var job: JobRecord
    public var run: RunRecord
    public var projectName: String
    public var userName: String
}

extension SQLiteStore {
    /// The runs of each user in each project, by their names.
    public func runCounts() async throws -> [RunCounts] {
        try await read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT p.name AS project, u.name AS user, r.status AS status, count(*) AS number FROM runs r
                    JOIN projects p ON p.id = r.project_id JOIN users u ON u.id = r.user_id
                    GROUP BY p.name, u.name, r.status ORDER BY p.name, u.name
                    """)
            var counts: [RunCounts] = []
            for row in rows {
                let (project, user): (String, String) = (row["project"], row["user"])
                if counts.last?.projectName != project || counts.last?.userName != user {
                    counts.append(RunCounts(projectName: project, userName: user, byStatus: [:]))
                }
                counts[counts.count - 1].byStatus[try row.value("status")] = row["number"]
            }
            return counts
        }
    }

    /// The jobs from provisioning to terminating, by project and name.
    ///
    /// - Parameter onlyRunning: leaves out those that do not run.
    public func activeJobs(onlyRunning: Bool = false) async throws -> [ActiveJob] {
        let statuses = onlyRunning ? "'running'" : "'provisioning', 'pulling', 'running', 'terminating'"
        return try await read { [keyring] db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT j.*, p.name AS project_name, u.name AS user_name FROM jobs j
                    JOIN runs r ON r.id = j.run_id JOIN projects p ON p.id = j.project_id
                    JOIN users u ON u.id = r.user_id
                    WHERE j.status NOT IN ('terminated', 'aborted', 'failed', 'done') AND j.status IN (\(statuses))
                    ORDER BY p.name, j.name
                    """)
            return try rows.compactMap { row in
                let job = try JobRecord(row: row, keyring: keyring)
                let sql = "SELECT * FROM runs WHERE id = ?"
                guard let run = try Row.fetchOne(db, sql: sql, arguments: [job.runID]) else { return nil }
                return ActiveJob(
                    job: job, run: try RunRecord(row: run, keyring: keyring), projectName: row["project_name"],
                    userName: row["user_name"])
            }
        }
    }
}
