import GRDB
import Wire

extension SQLiteStore {
    /// Takes the fleet that is this machine out of use, before the engine starts. None of that name is no error, and one
    /// of hosts stays: its instances are reached by a connection, and their region is another.
    ///
    /// - Parameter stamp: of each event that tells it.
    public func hideFleet(
        named name: String, projectID: String, stamp: @escaping @Sendable () -> EventStamp
    ) async throws {
        try await write(telling: { db -> (Void, [EventDraft]) in
            let sql = """
                SELECT id, status FROM fleets f WHERE project_id = ?1 AND name = ?2 AND is_deleted = 0
                    AND EXISTS (SELECT 1 FROM instances WHERE fleet_id = f.id AND connection IS NULL AND region = ?2)
                """
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [projectID, name]) else { return ((), []) }
            let id: String = row["id"]
            let gone = FleetStatus.terminated.rawValue
            let instances = try Row.fetchAll(
                db, sql: "SELECT id, name, status FROM instances WHERE fleet_id = ? AND status <> 'terminated'",
                arguments: [id])
            try db.run("UPDATE fleets SET is_deleted = 1, status = ? WHERE id = ?", [gone, id])
            try db.run(
                "UPDATE instances SET status = 'terminated', is_deleted = 1, version = version + 1 WHERE fleet_id = ?",
                [id])
            let fleet = EventDraft.fleet(id, named: name, of: projectID, from: row["status"], to: gone, stamp())
            return ((), instances.map { .ended($0, of: projectID, stamp()) } + [fleet])
        })
    }
}

extension EventDraft {
    fileprivate static func ended(_ instance: Row, of projectID: String, _ stamp: EventStamp) -> EventDraft {
        let (from, to): (String, String) = (instance["status"], InstanceStatus.terminated.rawValue)
        return EventDraft(
            id: stamp.id, kind: .instance, recordedAt: stamp.recordedAt, projectID: projectID,
            actorUserID: stamp.actorUserID, instanceID: instance["id"], instanceName: instance["name"], from: from,
            to: to, message: "Instance status changed \(from.uppercased()) -> \(to.uppercased())")
    }
}
