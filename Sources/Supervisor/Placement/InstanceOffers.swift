import Foundation
import Store
import Wire

/// What a project's instances offer a job, by the rules of placement.
public struct InstanceOffers: Sendable {
    private let machines: [(machine: Machine, snapshot: InstanceSnapshot)]

    /// - Parameters:
    ///   - instances: of one project.
    ///   - fleets: that are not deleted.
    public init(_ instances: [InstanceSnapshot], fleets: [FleetRecord]) throws {
        let facts = try Dictionary(
            fleets.map { ($0.id, try FleetFacts($0)) }, uniquingKeysWith: { _, last in last })
        machines = try instances.compactMap { snapshot in
            try Machine(snapshot.instance, fleet: facts[snapshot.instance.fleetID]).map { ($0, snapshot) }
        }
    }

    /// The offers for a job: what is free first, then the cheapest.
    ///
    /// - Parameters:
    ///   - isWhole: whether hosts are shown whole, and not the share that the job would get.
    ///   - isOnlyLook: whether the job stands for its requirements alone: then its image need not be to be had.
    ///   - isReversed: the most expensive first.
    public func offers(
        for job: JobSpec, of run: RunSpec, isWhole: Bool = false, isOnlyLook: Bool = false, isReversed: Bool = false
    ) throws -> [InstanceOfferWithAvailability] {
        let profile = run.mergedProfile
        let wish = MachineWish(
            requirements: job.requirements,
            choice: MachineChoice(fleets: profile.fleets, instances: profile.instances),
            needsContainer: !isOnlyLook && !job.imageName.isEmpty, isNode: job.jobsPerReplica > 1)
        let offers = try machines.compactMap { machine, snapshot -> InstanceOfferWithAvailability? in
            guard machine.readiness == .ready, wish.isOpen(machine), let blocks = wish.blocks(of: machine) else {
                return nil
            }
            return try offer(blocks, of: machine, snapshot.instance, busy: snapshot.busyBlocks, isWhole: isWhole)
        }
        return offers.sorted { left, right in
            let (isLeftFree, isRightFree) = (left.availability == .idle, right.availability == .idle)
            if isLeftFree != isRightFree { return isLeftFree }
            return isReversed ? left.price > right.price : left.price < right.price
        }
    }

    private func offer(
        _ blocks: Int, of machine: Machine, _ record: InstanceRecord, busy: Int, isWhole: Bool
    ) throws -> InstanceOfferWithAvailability {
        var type = try JSONDecoder().decode(InstanceType.self, from: Data(record.instanceType))
        if !machine.offer.isLocal, !isWhole { type.resources = type.resources.share(blocks, of: machine.slots) }
        return InstanceOfferWithAvailability(
            backend: BackendType(rawValue: record.backend) ?? .remote, instance: type, region: record.region,
            price: record.price, availability: busy + blocks <= machine.slots ? .idle : .busy,
            blocks: machine.offer.isLocal ? 1 : blocks, totalBlocks: machine.offer.isLocal ? 1 : machine.slots)
    }
}
