import Backends
import Foundation
import Store
import Supervisor
import Wire

/// The fleet `local` of the project `main`: its one instance is this machine.
///
/// On the wire it is an SSH fleet and its backend is `remote`, since dstack's clients know no local one.
enum LocalFleet {
    static let name = "local"
    static let hostname = "127.0.0.1"

    /// Writes the fleet, or brings what is known of this machine up to date.
    ///
    /// - Returns: false where a fleet of hosts has its name; that stays as it is.
    @discardableResult
    static func place(
        in store: SQLiteStore, projectID: String, resources: Resources, slots: Int, clock: ServerClock
    ) async throws -> Bool {
        var type = try WireJSON.encode(InstanceType(name: typeName(hasDocker: false), resources: resources))
        if let known = try await store.fleet(named: name, projectID: projectID) {
            guard var instance = known.instances.first(where: \.instance.isThisMachine)?.instance else {
                guard known.instances.isEmpty, try isOwn(known.fleet) else { return false }
                let instance = instance(known.fleet.id, projectID, type, slots, clock)
                try await store.commit(
                    Change(
                        writes: [.insertInstance(instance)],
                        events: [.created(instance, "on server start", clock.stamp())]))
                return true
            }
            // The runtime that it has at the moment is found out once the engine runs.
            let shown = try InstanceType(json: instance.instanceType).name
            if shown == typeName(hasDocker: true) {
                type = try WireJSON.encode(InstanceType(name: shown, resources: resources))
            }
            if instance.instanceType == type, instance.slots == slots { return true }
            instance.instanceType = type
            instance.slots = slots
            instance.version += 1
            try await store.commit(Change(writes: [.updateInstance(instance)]))
            return true
        }
        let fleet = FleetRecord(
            id: clock.newID(), projectID: projectID, name: name, createdAt: clock.now(),
            spec: try WireJSON.encode(specification(slots: slots)))
        let instance = instance(fleet.id, projectID, type, slots, clock)
        try await store.commit(
            Change(
                writes: [.insertFleet(fleet), .insertInstance(instance)],
                events: [
                    .created(fleet, clock.stamp()), .created(instance, "on fleet submission", clock.stamp()),
                ]))
        return true
    }

    /// Whether a fleet without instances is ours: one of hosts names the key that opens them.
    private static func isOwn(_ fleet: FleetRecord) throws -> Bool {
        let ssh = try FleetSpec(json: fleet.spec).configuration.sshConfig
        return ssh?.hosts == [.address(hostname)] && ssh?.sshKey == nil
    }

    /// What plans and lists call this machine: its name and how it runs jobs.
    private static func typeName(hasDocker: Bool) -> String { "\(name) (\(hasDocker ? "docker" : "process"))" }

    /// Shows another runtime, where the fleet is there.
    ///
    /// - Returns: false where the engine does not watch this machine yet.
    static func show(
        hasDocker: Bool, in store: SQLiteStore, projectID: String, by supervisor: Supervisor
    ) async throws -> Bool {
        let fleet = try await store.fleet(named: name, projectID: projectID)
        guard let instance = fleet?.instances.first(where: \.instance.isThisMachine)?.instance else { return false }
        var type = try InstanceType(json: instance.instanceType)
        type.name = typeName(hasDocker: hasDocker)
        return try await supervisor.show(type: try WireJSON.encode(type), instanceID: instance.id)
    }

    private static func instance(
        _ fleetID: String, _ projectID: String, _ type: [UInt8], _ slots: Int, _ clock: ServerClock
    ) -> InstanceRecord {
        InstanceRecord(
            id: clock.newID(), projectID: projectID, fleetID: fleetID, name: "\(name)-0", instanceNum: 0,
            createdAt: clock.now(), backend: BackendType.remote.rawValue, region: name, price: 0,
            instanceType: type, hostname: hostname, slots: slots)
    }

    private static func specification(slots: Int) -> FleetSpec {
        FleetSpec(
            configuration: FleetConfiguration(
                name: name, placement: .cluster, blocks: .count(slots),
                sshConfig: SSHParams(user: NSUserName(), hosts: [.address(hostname)])),
            profile: Profile(name: "default"))
    }
}

extension InstanceRecord {
    /// Whether it is the one of the fleet `local`. A host's loses its connection at its end, and keeps its region.
    var isThisMachine: Bool { isLocal && region == LocalFleet.name }
}
