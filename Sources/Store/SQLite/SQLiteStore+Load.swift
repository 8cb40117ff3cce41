import GRDB
import Wire

extension SQLiteStore: Store {
    public func run(id: String) async throws(StoreError) -> RunRecord? {
        try load("run \(id)") { [keyring] db in
            try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM runs WHERE id = ?"), arguments: [id])
                .map { try RunRecord(row: $0, keyring: keyring) }
        }
    }

    public func jobs(runID: String) async throws(StoreError) -> [JobRecord] {
        try load("jobs of run \(runID)") { [keyring] db in
            let sql = "SELECT * FROM jobs WHERE run_id = ? ORDER BY replica_num, job_num, submission_num"
            return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [runID])
                .map { try JobRecord(row: $0, keyring: keyring) }
        }
    }

    public func latestJobs(runID: String, submissions: Int) async throws(StoreError) -> [JobRecord] {
        try load("jobs of run \(runID)") { [keyring] db in
            let sql = """
                SELECT jobs.* FROM jobs JOIN (
                    SELECT replica_num, job_num, max(submission_num) AS last FROM jobs WHERE run_id = ?1
                    GROUP BY replica_num, job_num
                ) AS latest USING (replica_num, job_num)
                WHERE run_id = ?1 AND submission_num > last - ?2
                ORDER BY replica_num, job_num, submission_num
                """
            return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [runID, submissions])
                .map { try JobRecord(row: $0, keyring: keyring) }
        }
    }

    public func jobTemplates(runID: String) async throws(StoreError) -> [JobTemplate] {
        try load("job templates of run \(runID)") { [keyring] db in
            let sql = "SELECT * FROM job_templates WHERE run_id = ? ORDER BY replica_num, job_num"
            return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [runID])
                .map { try JobTemplate(row: $0, keyring: keyring) }
        }
    }

    public func job(id: String) async throws(StoreError) -> JobRecord? {
        try load("job \(id)") { [keyring] db in
            try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM jobs WHERE id = ?"), arguments: [id])
                .map { try JobRecord(row: $0, keyring: keyring) }
        }
    }

    public func unfinishedRunIDs() async throws(StoreError) -> [String] {
        try load("unfinished runs") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT id FROM runs WHERE status NOT IN ('terminated', 'failed', 'done')
                        OR id IN (SELECT recipient_id FROM messages)
                    ORDER BY submitted_at, id
                    """)
        }
    }

    public func unfinishedJobIDs() async throws(StoreError) -> [String] {
        try load("unfinished jobs") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT id FROM jobs WHERE status NOT IN ('terminated', 'aborted', 'failed', 'done')
                        OR id IN (SELECT recipient_id FROM messages)
                    ORDER BY submitted_at, id
                    """)
        }
    }

    public func secretValues(projectID: String) async throws(StoreError) -> [String: String] {
        try load("secrets of project \(projectID)") { [keyring] db in
            let sql = "SELECT * FROM secrets WHERE project_id = ?"
            let records = try Row.fetchAll(db, sql: sql, arguments: [projectID])
                .map { try SecretRecord(row: $0, keyring: keyring) }
            return Dictionary(uniqueKeysWithValues: records.map { ($0.name, $0.value) })
        }
    }

    public func messages(to recipientID: String) async throws(StoreError) -> [MessageRecord] {
        try load("messages to \(recipientID)") { [keyring] db in
            try Row.fetchAll(
                db.cachedStatement(sql: "SELECT * FROM messages WHERE recipient_id = ? ORDER BY position"),
                arguments: [recipientID]
            ).map { try MessageRecord(row: $0, keyring: keyring) }
        }
    }

    public func liveInstances() async throws(StoreError) -> [InstanceRecord] {
        try load("instances") { [keyring] db in
            try Row.fetchAll(db, sql: "SELECT * FROM instances WHERE status <> 'terminated' ORDER BY created_at, id")
                .map { try InstanceRecord(row: $0, keyring: keyring) }
        }
    }

    public func instance(id: String) async throws(StoreError) -> InstanceRecord? {
        try load("instance \(id)") { [keyring] db in
            try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM instances WHERE id = ?"), arguments: [id])
                .map { try InstanceRecord(row: $0, keyring: keyring) }
        }
    }

    public func claims() async throws(StoreError) -> [ClaimRecord] {
        try load("claims") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM claims ORDER BY job_id")
                .map { ClaimRecord(jobID: $0["job_id"], instanceID: $0["instance_id"], blocks: $0["blocks"]) }
        }
    }

    public func fleet(id: String) async throws(StoreError) -> FleetRecord? {
        try load("fleet \(id)") { [keyring] db in
            try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM fleets WHERE id = ?"), arguments: [id])
                .map { try FleetRecord(row: $0, keyring: keyring) }
        }
    }

    public func liveFleets() async throws(StoreError) -> [FleetRecord] {
        try load("fleets") { [keyring] db in
            try Row.fetchAll(db, sql: "SELECT * FROM fleets WHERE is_deleted = 0 ORDER BY created_at, id")
                .map { try FleetRecord(row: $0, keyring: keyring) }
        }
    }

    public func projectKeys(projectID: String) async throws(StoreError) -> SSHKeyPair? {
        try load("keys of project \(projectID)") { [keyring] db in
            try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM projects WHERE id = ?"), arguments: [projectID])
                .map { try ProjectRecord(row: $0, keyring: keyring).keys }
        }
    }

    /// Events after `seq`, in order, of one run or one project or all.
    public func events(
        after seq: Int64, projectID: String? = nil, runID: String? = nil, limit: Int
    ) async throws(StoreError) -> [EventRecord] {
        try load("events") { db in
            var sql = "SELECT * FROM events WHERE seq > ?"
            var arguments: StatementArguments = [seq]
            if let runID {
                sql += " AND run_id = ?"
                arguments += [runID]
            }
            if let projectID {
                sql += " AND project_id = ?"
                arguments += [projectID]
            }
            sql += " ORDER BY seq LIMIT ?"
            arguments += [limit]
            return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments).map(EventRecord.init(row:))
        }
    }

    private func load<Value: Sendable>(
        _ what: String, _ body: (Database) throws -> Value
    ) throws(StoreError) -> Value {
        do {
            return try rows.unsafeRead(body)
        } catch {
            throw StoreError(sqlite: error, doing: "reading \(what)")
        }
    }
}
