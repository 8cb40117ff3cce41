import GRDB

extension SQLiteStore {
    /// Takes a fleet and its instances out of use, before the engine starts; none of that name is no error.
    public func hideFleet(named name: String, projectID: String) async throws {
        try await write { db in
            let sql = "SELECT id FROM fleets WHERE project_id = ? AND name = ? AND is_deleted = 0"
            guard let id = try String.fetchOne(db, sql: sql, arguments: [projectID, name]) else { return }
            try db.run("UPDATE fleets SET is_deleted = 1, status = 'terminated' WHERE id = ?", [id])
            try db.run(
                "UPDATE instances SET status = 'terminated', is_deleted = 1, version = version + 1 WHERE fleet_id = ?",
                [id])
        }
    }
}
