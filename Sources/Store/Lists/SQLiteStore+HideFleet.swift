import GRDB

extension SQLiteStore {
    /// Takes the fleet that is this machine out of use, before the engine starts. None of that name is no error, and one
    /// of hosts stays: its instances are reached by a connection, and their region is another.
    public func hideFleet(named name: String, projectID: String) async throws {
        try await write { db in
            let sql = """
                SELECT id FROM fleets f WHERE project_id = ?1 AND name = ?2 AND is_deleted = 0
                    AND EXISTS (SELECT 1 FROM instances WHERE fleet_id = f.id AND connection IS NULL AND region = ?2)
                """
            guard let id = try String.fetchOne(db, sql: sql, arguments: [projectID, name]) else { return }
            try db.run("UPDATE fleets SET is_deleted = 1, status = 'terminated' WHERE id = ?", [id])
            try db.run(
                "UPDATE instances SET status = 'terminated', is_deleted = 1, version = version + 1 WHERE fleet_id = ?",
                [id])
        }
    }
}
