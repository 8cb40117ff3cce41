import Store
import Supervisor
import Wire

/// The users of fleets.
extension World {
    /// A user makes a fleet, changes it, and may give it back. What is in use is tried again.
    func own(_ fleet: Scenario.UserFleet) async {
        guard await handles.wait(fleet.applyAfter) else { return }
        await repeating { [self] supervisor in
            if row(of: fleet) != nil { return }
            _ = try await supervisor.create(
                FleetSubmission(fleet.spec(fleet.hosts)), name: fleet.name, projectID: "project", userID: "user")
        }
        for change in fleet.changes {
            switch change {
            case .hosts(let after, let hosts):
                guard await handles.wait(after) else { return }
                await repeating { supervisor in try await self.change(fleet, to: hosts, by: supervisor) }
            case .delete(let after):
                guard await handles.wait(after) else { return }
                await repeating { [self] supervisor in
                    guard let row = row(of: fleet), row.status != FleetStatus.terminating.rawValue else { return }
                    try await supervisor.delete(row, instances(of: row), userID: "user")
                }
            }
        }
    }

    private func change(_ fleet: Scenario.UserFleet, to hosts: [String], by supervisor: Supervisor) async throws {
        guard let row = row(of: fleet) else { return }
        let old = try WireJSON.decode(FleetSpec.self, from: row.spec, unknownFields: .ignored)
        let spec = fleet.spec(hosts)
        try FleetSpecUpdate.check(from: old, to: spec)
        try await supervisor.update(row, instances(of: row), to: FleetSubmission(spec), userID: "user")
    }

    private func row(of fleet: Scenario.UserFleet) -> FleetRecord? {
        database.read { $0.fleets.values.first { $0.name == fleet.name && !$0.isDeleted } }
    }

    private func instances(of fleet: FleetRecord) -> [InstanceRecord] {
        database.read { $0.instances.values.filter { $0.fleetID == fleet.id && !$0.isDeleted } }
    }

    func suffer(_ cut: Scenario.Cut) async {
        guard await handles.wait(cut.after) else { return }
        let host = hosts[cut.host % hosts.count]
        host.cut(true)
        await handles.wait(cut.time)
        host.cut(false)
    }
}
