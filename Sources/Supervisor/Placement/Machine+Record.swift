import Foundation
import JobActors
import Store
import Wire

/// What placement knows of a fleet.
struct FleetFacts: Sendable {
    var name: String
    var projectID: String
    var isCluster: Bool

    init(_ record: FleetRecord) throws {
        name = record.name
        projectID = record.projectID
        isCluster =
            try JSONDecoder().decode(PlacementPart.self, from: Data(record.spec)).configuration.placement
            == .cluster
    }

    private struct PlacementPart: Decodable {
        struct Configuration: Decodable { let placement: InstanceGroupPlacement? }
        let configuration: Configuration
    }
}

extension Machine {
    /// nil for an instance that takes no jobs any more.
    init?(_ record: InstanceRecord, fleet: FleetFacts?) throws {
        if record.isClosing { return nil }
        let readiness: Readiness
        switch InstanceStatus(rawValue: record.status) {
        case .pending, .provisioning: readiness = .settingUp
        case .idle, .busy, nil:
            readiness = record.isUnreachable || record.health == HealthStatus.failure.rawValue ? .away : .ready
        case .terminating, .terminated: return nil
        }
        let type = try JSONDecoder().decode(InstanceType.self, from: Data(record.instanceType))
        self.init(
            instanceID: record.id, projectID: record.projectID, fleetID: record.fleetID,
            fleetName: fleet?.name ?? "", name: record.name, hostname: record.hostname, number: record.instanceNum,
            slots: record.slots,
            offer: MachineOffer(resources: type.resources, price: record.price, isLocal: record.isLocal),
            readiness: readiness, isInCluster: record.isLocal || fleet?.isCluster == true,
            hasContainers: !record.isLocal || type.name.hasSuffix("(docker)"))
    }
}

extension InstanceRecord {
    /// Whether it is the machine that the server runs on.
    public var isLocal: Bool { connection == nil }
}

extension MachineChoice {
    /// - Parameter runSpec: a run's specification as JSON; empty for none.
    init(runSpec: [UInt8]) throws {
        if runSpec.isEmpty { return }
        let spec = try JSONDecoder().decode(SpecSelection.self, from: Data(runSpec))
        fleets = spec.configuration?.fleets ?? spec.profile?.fleets
        instances = spec.configuration?.instances ?? spec.profile?.instances
    }

    /// The part of a run's specification that placement reads.
    private struct SpecSelection: Decodable {
        struct Selection: Decodable {
            let fleets: [EntityReference]?
            let instances: [InstanceSelector]?
        }
        let configuration: Selection?
        let profile: Selection?
    }
}
