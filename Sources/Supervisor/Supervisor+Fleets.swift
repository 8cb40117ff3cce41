import Backends
import Foundation
import JobActors
import Store
import Wire

/// A fleet as its user applies it, checked.
public struct FleetSubmission: Sendable {
    public let spec: FleetSpec
    let hosts: [FleetHost]

    /// - Throws: `PlanningError` in words for the user.
    public init(_ spec: FleetSpec) throws(PlanningError) {
        self.spec = spec
        hosts = try spec.hosts()
    }

    /// The ways to its hosts, which tell them from others.
    public var routes: [String] { hosts.map { $0.access(env: [:], network: nil).target.route } }
}

extension InstanceRecord {
    /// The way to its host; nil for this machine, and for one that was given back.
    public var hostRoute: String? {
        guard let connection else { return nil }
        return route ?? (try? JSONDecoder().decode(HostAccess.self, from: Data(connection)))?.target.route
    }
}

extension Supervisor {
    /// Writes a fleet with its hosts and sets them up.
    ///
    /// - Throws: `StoreError.nameInUse` where the project has a fleet of that name.
    public func create(
        _ submission: FleetSubmission, name: String, projectID: String, userID: String
    ) async throws -> String {
        let now = environment.clock.now()
        var spec = submission.spec
        spec.configuration.name = name
        let fleet = FleetRecord(
            id: environment.newID(), projectID: projectID, name: name, createdAt: now,
            spec: try WireJSON.encode(spec.withoutKeys(keepsPublic: true)))
        let hosts = try submission.hosts.enumerated().map { try instance($1, number: $0, of: fleet, spec, now) }
        var change = Change(writes: [.insertFleet(fleet)] + hosts.map { .insertInstance($0) })
        change.events = [.created(fleet, stamp(now, by: userID))]
        change.events += hosts.map { .created($0, "on fleet submission", stamp(now, by: userID)) }
        try await commit(change)
        return fleet.id
    }

    /// Changes a fleet in place: sets up hosts that are new, whose set-up had failed, that were given back by themselves, or
    /// that are not ready and have another key now; gives back those that are not in it any more.
    ///
    /// - Parameter instances: the fleet's that are not deleted.
    /// - Throws: `StoreError.instanceInUse` where jobs are on a host that is to go, `.conflict` where the fleet changed.
    public func update(
        _ fleet: FleetRecord, _ instances: [InstanceRecord], to submission: FleetSubmission,
        userID: String
    ) async throws {
        let now = environment.clock.now()
        var spec = submission.spec
        spec.configuration.name = fleet.name
        var row = fleet
        row.version += 1
        row.spec = try WireJSON.encode(spec.withoutKeys(keepsPublic: true))
        let stays = { (record: InstanceRecord) in
            !record.isOver && !record.isLeaving
                && submission.hosts.contains { $0.hostname == record.hostname && $0.opens(record) }
        }
        let leaving = instances.filter { !stays($0) }
        let missing = submission.hosts.filter { host in
            !instances.contains { $0.hostname == host.hostname && stays($0) }
        }
        var taken = Set(instances.filter { !$0.isOver }.map(\.instanceNum))
        let hosts = try missing.map { host in
            let number = (0...).first { !taken.contains($0) } ?? 0
            taken.insert(number)
            return try instance(host, number: number, of: fleet, spec, now)
        }
        var change = Change(writes: [.updateFleet(row)] + leaving.flatMap(closing))
        change.writes += hosts.map { .insertInstance($0) }
        change.events = hosts.map { .created($0, "on fleet update", stamp(now, by: userID)) }
        try await commit(change)
    }

    /// Takes fleets out of use, all or none; each is deleted once all its hosts are given back.
    ///
    /// - Throws: `StoreError.instanceInUse` where jobs are on one of their hosts, `.fleetInUse` where a run that is not
    ///   finished is assigned to one.
    public func delete(_ fleets: [FleetSnapshot], userID: String) async throws {
        var change = Change()
        for fleet in fleets { delete(fleet.fleet, fleet.instances.map(\.instance), userID, in: &change) }
        try await commit(change)
    }

    /// Takes one fleet out of use.
    public func delete(_ fleet: FleetRecord, _ instances: [InstanceRecord], userID: String) async throws {
        var change = Change()
        delete(fleet, instances, userID, in: &change)
        try await commit(change)
    }

    private func delete(
        _ fleet: FleetRecord, _ instances: [InstanceRecord], _ userID: String, in change: inout Change
    ) {
        let now = environment.clock.now()
        var row = fleet
        row.version += 1
        row.status = FleetStatus.terminating.rawValue
        change.writes += [.updateFleet(row), .requireIdleFleet(id: fleet.id)] + instances.flatMap(closing)
        if row.status != fleet.status {
            change.events.append(.changed(row, from: fleet.status, stamp(now, by: userID)))
        }
        change.writes.append(.concludeFleet(id: fleet.id, stamp: stamp(now, by: nil)))
    }

    private func stamp(_ now: Timestamp, by userID: String?) -> EventStamp {
        EventStamp(id: environment.newID(), recordedAt: now, actorUserID: userID)
    }

    /// Takes instances out of use.
    ///
    /// - Throws: `StoreError.instanceInUse` where jobs are on one of them.
    public func close(_ instances: [InstanceRecord], userID: String) async throws {
        try await commit(Change(writes: instances.flatMap(closing)))
    }

    /// What takes an instance out of use. Of one that failed it is forgotten by which key it was known: its user, who
    /// takes it away and names it again, may have set it up anew.
    private func closing(_ instance: InstanceRecord) -> [Change.Write] {
        var writes: [Change.Write] = [.closeInstance(id: instance.id)]
        if instance.status == InstanceStatus.terminated.rawValue, let route = instance.hostRoute {
            writes.append(.forgetHostKeys(route: route))
        }
        return writes
    }

    private func commit(_ change: Change) async throws {
        do {
            try await environment.store.commit(change)
        } catch {
            // The write may have been made all the same.
            instancesChanged()
            throw error
        }
        instancesChanged()
    }

    private func instance(
        _ host: FleetHost, number: Int, of fleet: FleetRecord, _ spec: FleetSpec, _ now: Timestamp
    ) throws -> InstanceRecord {
        let access = host.access(
            env: spec.configuration.env.values, network: spec.configuration.sshConfig?.network)
        // What dstack shows of a host that it has not seen yet.
        let type = InstanceType(name: "ssh", resources: Resources(cpus: 2, memoryMib: 8, gpus: [], spot: false))
        let slots: Int
        switch host.blocks {
        case .auto: slots = 0
        case .count(let count): slots = count
        }
        return InstanceRecord(
            id: environment.newID(), projectID: fleet.projectID, fleetID: fleet.id, name: "\(fleet.name)-\(number)",
            instanceNum: number, createdAt: now, backend: BackendType.remote.rawValue, region: "remote", price: 0,
            instanceType: try WireJSON.encode(type), hostname: host.hostname, slots: slots,
            status: InstanceStatus.pending.rawValue, state: try JSONEncoder.stable.bytes(InstanceMachine()),
            connection: try JSONEncoder.stable.bytes(access), internalIP: host.internalIP,
            route: access.target.route)
    }
}

extension InstanceRecord {
    fileprivate var isOver: Bool { status == InstanceStatus.terminated.rawValue }
}

extension FleetHost {
    /// Whether an instance of this host is set up as it is asked for, or was already: then the project's key opens it.
    fileprivate func opens(_ record: InstanceRecord) -> Bool {
        switch InstanceStatus(rawValue: record.status) {
        case .pending, .provisioning: break
        case .idle, .busy, .terminating, .terminated, nil: return true
        }
        guard let connection = record.connection,
            let access = try? JSONDecoder().decode(HostAccess.self, from: Data(connection))
        else { return false }
        return access.target == self.access(env: [:], network: nil).target
    }
}

extension JSONEncoder {
    /// The same value gives the same bytes.
    fileprivate static var stable: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return encoder
    }

    fileprivate func bytes(_ value: some Encodable) throws -> [UInt8] { [UInt8](try encode(value)) }
}
