import Foundation
import JobActors
import OrderedCollections
import Store
import Wire

/// Gives slots to the jobs that wait: one queue over all projects, one decision after the other.
actor Scheduler {
    nonisolated private let environment: Environment
    private var queue = PlacementQueue()
    private var instances: OrderedDictionary<String, InstanceRecord> = [:]
    private var fleets: OrderedDictionary<String, FleetFacts> = [:]
    private var waiters: [String: Waiter] = [:]
    private var waiterCount = 0
    /// Counts the changes of priorities.
    private var epoch = 0
    /// Counts what was told of instances: rows that were read before a change and come after it are not the newest.
    private(set) var instanceEpoch = 0

    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<PlacementQueue.Decision?, Never>
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        environment.executor.asUnownedSerialExecutor()
    }

    init(environment: Environment) {
        self.environment = environment
    }

    /// Takes over the instances, and what jobs hold of them from an earlier life.
    func load(_ records: [InstanceRecord], fleets: [FleetRecord] = [], claims: [ClaimRecord]) throws {
        for claim in claims { queue.hold(jobID: claim.jobID, instanceID: claim.instanceID, blocks: claim.blocks) }
        try setInstances(records, fleets: fleets, readAt: instanceEpoch)
    }

    /// Replaces the instances and serves who can be served now.
    ///
    /// 1. One reads the rows. 2. An instance comes or goes; another one reads the rows, and sets them. 3. The first one's
    /// rows come here, and would bring back what is gone and drop what is new.
    ///
    /// - Parameter epoch: `instanceEpoch`, as it was before the rows were read.
    /// - Returns: false where they have to be read again.
    @discardableResult
    func setInstances(_ records: [InstanceRecord], fleets: [FleetRecord] = [], readAt epoch: Int) throws -> Bool {
        guard epoch == instanceEpoch else { return false }
        instanceEpoch += 1
        // 1. Rows are read. 2. An instance changes, and we are told. 3. The rows come here: what is newer stays.
        instances = OrderedDictionary(
            records.map { record in
                guard var known = instances[record.id], known.version > record.version else {
                    return (record.id, record)
                }
                known.isClosing = known.isClosing || record.isClosing
                return (record.id, known)
            }, uniquingKeysWith: { _, last in last })
        self.fleets = OrderedDictionary(
            try fleets.map { ($0.id, try FleetFacts($0)) }, uniquingKeysWith: { _, last in last })
        try refresh()
        return true
    }

    /// Takes in what became of one instance.
    func update(_ record: InstanceRecord) throws {
        instanceEpoch += 1
        // One that is not known yet is loaded with its fleet.
        guard let known = instances[record.id], known.version < record.version else { return }
        var record = record
        // The instance's actor may not have heard of it yet.
        record.isClosing = known.isClosing || record.isClosing
        instances[record.id] = record.status == InstanceStatus.terminated.rawValue ? nil : record
        try refresh()
    }

    private func refresh() throws {
        queue.setMachines(
            try instances.values.compactMap { try Machine($0, fleet: fleets[$0.fleetID]) },
            fleets: Dictionary(grouping: fleets.values, by: \.projectID).mapValues { $0.map(\.name) })
        serve()
    }

    /// Waits for a slot; cancellation withdraws.
    func awaitSlot(jobID: String) async throws -> SlotDecision {
        var request: PlacementQueue.Request
        var epochRead: Int
        repeat {
            // 1. We read the run's row. 2. Its update commits, and we are told, but nobody waits here yet. 3. We
            // would queue the job with what we read: so a row that was read across a change is read again.
            epochRead = epoch
            request = try await self.request(jobID)
            try Task.checkCancellation()
        } while epoch != epochRead
        waiterCount += 1
        let number = waiterCount
        let decision = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A job's newer wait replaces an older one.
                waiters.removeValue(forKey: jobID)?.continuation.resume(returning: nil)
                waiters[jobID] = Waiter(number: number, continuation: continuation)
                queue.add(request)
                serve()
            }
        } onCancel: {
            Task(executorPreference: environment.executor) { await self.withdraw(jobID, number) }
        }
        switch decision {
        case nil: throw CancellationError()
        case .refused(_, let why): return .noCapacity(why)
        case .granted(_, let place):
            // It was taken back before we came to it: its machine, or another node's, is to go.
            guard queue.place(of: jobID) == place, let record = instances[place.instanceID] else {
                return try await awaitSlot(jobID: jobID)
            }
            // Read now: a node that ended meanwhile claims nothing.
            let siblings = queue.siblings(of: jobID).map {
                ClaimRecord(jobID: $0.jobID, instanceID: $0.place.instanceID, blocks: $0.place.blocks)
            }
            return .granted(
                try SlotGrant(
                    instance: record, blocks: place.blocks, isContainer: request.wish.needsContainer,
                    isNode: request.wish.isNode, gpu: request.wish.requirements.resources.gpu, siblings: siblings))
        }
    }

    /// What a job that stands in the queue waits for; nil where it does not.
    func reasonToWait(jobID: String) -> String? { queue.wait(of: jobID).flatMap(PlacementText.wait) }

    /// Gives jobs that wait another priority. What is granted stays so.
    func reprioritize(jobIDs: [String], priority: Int) {
        epoch += 1
        for id in jobIDs { queue.reprioritize(jobID: id, priority: priority) }
    }

    /// Takes back what a job holds.
    func release(jobID: String) {
        queue.release(jobID: jobID)
        waiters.removeValue(forKey: jobID)?.continuation.resume(returning: nil)
        serve()
    }

    /// Slots that jobs wait for at this moment.
    var waitingCount: Int { queue.waitingCount }

    private func withdraw(_ jobID: String, _ number: Int) {
        guard waiters[jobID]?.number == number else { return }
        queue.withdraw(jobID: jobID)
        waiters.removeValue(forKey: jobID)?.continuation.resume(returning: nil)
    }

    private func serve() {
        while let decision = queue.next() {
            switch decision {
            case .granted(let jobID, _), .refused(let jobID, _):
                waiters.removeValue(forKey: jobID)?.continuation.resume(returning: decision)
            }
        }
    }

    private func request(_ jobID: String) async throws -> PlacementQueue.Request {
        guard let job = try await environment.store.job(id: jobID),
            let run = try await environment.store.run(id: job.runID)
        else { throw StoreError.corrupt("job \(jobID) has no run") }
        let spec = try JSONDecoder().decode(SpecRequirements.self, from: Data(job.spec))
        let gang = spec.gang(of: job)
        return PlacementQueue.Request(
            jobID: jobID, projectID: job.projectID, priority: run.priority, submittedAt: job.submittedAt,
            wish: MachineWish(
                requirements: spec.requirements, choice: try MachineChoice(runSpec: run.spec),
                needsContainer: spec.imageName?.isEmpty == false, isNode: gang != nil),
            gang: gang)
    }
}

/// The part of a job's specification that placement reads.
private struct SpecRequirements: Decodable {
    let requirements: Requirements
    let jobsPerReplica: Int?
    let imageName: String?

    enum CodingKeys: String, CodingKey {
        case requirements
        case imageName = "image_name"
        case jobsPerReplica = "jobs_per_replica"
    }

    func gang(of job: JobRecord) -> PlacementQueue.Gang? {
        guard let jobsPerReplica, jobsPerReplica > 1 else { return nil }
        return .init(
            runID: job.runID, replicaNum: job.replicaNum, submissionNum: job.submissionNum, size: jobsPerReplica)
    }
}
