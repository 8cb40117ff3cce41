import Store
import Wire

extension Fleet {
    /// A fleet as dstack's answers show it.
    init(snapshot: FleetSnapshot) throws {
        self.init(
            id: snapshot.fleet.id, name: snapshot.fleet.name, projectName: snapshot.projectName,
            spec: try FleetSpec(json: snapshot.fleet.spec), createdAt: snapshot.fleet.createdAt,
            status: FleetStatus(rawValue: snapshot.fleet.status) ?? .active,
            instances: try snapshot.instances.map(Instance.init(snapshot:)))
    }
}

extension Instance {
    /// An instance as dstack's answers show it: busy while jobs hold slots of it.
    init(snapshot: InstanceSnapshot) throws {
        let record = snapshot.instance
        let busy = snapshot.busyBlocks
        var status = InstanceStatus(rawValue: record.status) ?? .idle
        if status == .idle, busy > 0 { status = .busy }
        self.init(
            id: record.id, projectName: snapshot.projectName, backend: BackendType(rawValue: record.backend),
            instanceType: try InstanceType(json: record.instanceType), name: record.name, fleetId: record.fleetID,
            fleetName: snapshot.fleetName, instanceNum: record.instanceNum,
            jobName: snapshot.jobNames.count == 1 ? snapshot.jobNames.first : nil, hostname: record.hostname, status: status,
            unreachable: record.isUnreachable,
            terminationReason: record.terminationReason.flatMap(InstanceTerminationReason.init(rawValue:)),
            created: record.createdAt, finishedAt: record.finishedAt, region: record.region, price: record.price,
            totalBlocks: record.slots, busyBlocks: busy)
    }
}
