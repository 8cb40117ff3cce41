/// The words in which fleets and instances that come are told, and in which fleets change.
extension EventDraft {
    public static func created(_ fleet: FleetRecord, _ stamp: EventStamp) -> EventDraft {
        .fleet(
            fleet.id, named: fleet.name, of: fleet.projectID, from: nil, to: fleet.status, stamp)
    }

    /// - Parameter from: the status before.
    public static func changed(_ fleet: FleetRecord, from: String, _ stamp: EventStamp) -> EventDraft {
        .fleet(fleet.id, named: fleet.name, of: fleet.projectID, from: from, to: fleet.status, stamp)
    }

    /// - Parameter occasion: what made the instance, as in `on fleet update`.
    public static func created(_ instance: InstanceRecord, _ occasion: String, _ stamp: EventStamp) -> EventDraft {
        EventDraft(
            id: stamp.id, kind: .instance, recordedAt: stamp.recordedAt, projectID: instance.projectID,
            actorUserID: stamp.actorUserID, instanceID: instance.id, instanceName: instance.name, to: instance.status,
            message: "Instance created \(occasion). Status: \(instance.status.uppercased())")
    }

    static func fleet(
        _ id: String, named name: String, of projectID: String, from: String?, to: String, _ stamp: EventStamp
    ) -> EventDraft {
        EventDraft(
            id: stamp.id, kind: .fleet, recordedAt: stamp.recordedAt, projectID: projectID,
            actorUserID: stamp.actorUserID, subjectID: id, subjectName: name, from: from, to: to,
            message: from.map { "Fleet status changed \($0.uppercased()) -> \(to.uppercased())" }
                ?? "Fleet created. Status: \(to.uppercased())")
    }
}
