import Store
import Supervisor
import Wire

extension Fleet {
    /// A fleet as dstack's answers show it.
    ///
    /// - Parameter progress: what its instances are at, by their ids.
    init(snapshot: FleetSnapshot, progress: [String: String] = [:]) throws {
        self.init(
            id: snapshot.fleet.id, name: snapshot.fleet.name, projectName: snapshot.projectName,
            spec: try FleetSpec(json: snapshot.fleet.spec).withoutKeys(), createdAt: snapshot.fleet.createdAt,
            status: FleetStatus(rawValue: snapshot.fleet.status) ?? .active,
            instances: try snapshot.instances.map { try Instance(snapshot: $0, progress: progress) })
    }
}

extension Instance {
    /// An instance as dstack's answers show it: busy while jobs hold slots of it.
    init(snapshot: InstanceSnapshot, progress: [String: String] = [:]) throws {
        let record = snapshot.instance
        let busy = snapshot.busyBlocks
        var status = InstanceStatus(rawValue: record.status) ?? .idle
        if status == .idle, busy > 0 { status = .busy }
        self.init(
            id: record.id, projectName: snapshot.projectName, backend: BackendType(rawValue: record.backend),
            instanceType: try InstanceType(json: record.instanceType), name: record.name, fleetId: record.fleetID,
            fleetName: snapshot.fleetName, instanceNum: record.instanceNum,
            jobName: snapshot.jobNames.count == 1 ? snapshot.jobNames.first : nil, hostname: record.hostname,
            status: status,
            unreachable: record.isUnreachable,
            healthStatus: HealthStatus(rawValue: record.health) ?? .healthy,
            terminationReason: record.terminationReason.flatMap(InstanceTerminationReason.init(rawValue:)),
            terminationReasonMessage: record.terminationMessage, created: record.createdAt,
            finishedAt: record.finishedAt, region: record.region, price: record.price,
            totalBlocks: record.slots == 0 ? nil : record.slots, busyBlocks: busy,
            gpuDriver: record.gpuDriver.map { GpuDriverInfo(version: $0) }, statusMessage: progress[record.id])
    }
}

extension FleetSnapshot {
    /// Ids of its instances of which there is more to tell than their rows do.
    var eventful: [String] { instances.filter(\.isEventful).map(\.instance.id) }
}

extension InstanceSnapshot {
    /// Whether it is set up or removed, or cannot be reached: then there is more to tell of it than its row does.
    var isEventful: Bool {
        switch InstanceStatus(rawValue: instance.status) {
        case .pending, .provisioning, .terminating: true
        case .idle, .busy: instance.isUnreachable
        case .terminated, nil: false
        }
    }
}
