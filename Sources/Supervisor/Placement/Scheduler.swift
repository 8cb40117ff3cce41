import Foundation
import JobActors
import Store
import Wire

/// Gives slots to the jobs that wait: one queue over all projects, one decision after the other.
actor Scheduler {
    nonisolated private let environment: Environment
    private var queue = PlacementQueue()
    private var instances: [String: InstanceRecord] = [:]
    private var waiters: [String: Waiter] = [:]
    private var waiterCount = 0
    /// Counts the changes of priorities.
    private var epoch = 0

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
    func load(_ records: [InstanceRecord], claims: [ClaimRecord]) throws {
        try setInstances(records)
        for claim in claims { queue.hold(jobID: claim.jobID, instanceID: claim.instanceID) }
    }

    /// Replaces the instances and serves who can be served now.
    func setInstances(_ records: [InstanceRecord]) throws {
        instances = Dictionary(records.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        queue.setMachines(
            try records.map { record in
                let type = try JSONDecoder().decode(InstanceType.self, from: Data(record.instanceType))
                return PlacementQueue.Machine(
                    instanceID: record.id, projectID: record.projectID, slots: record.slots,
                    offer: MachineOffer(resources: type.resources, price: record.price, isLocal: true))
            })
        serve()
    }

    /// Waits for a slot; cancellation withdraws.
    func awaitSlot(jobID: String) async throws -> SlotDecision {
        var request: PlacementQueue.Request
        var isContainer: Bool
        var epochRead: Int
        repeat {
            // 1. We read the run's row. 2. Its update commits, and we are told, but nobody waits here yet. 3. We
            // would queue the job with what we read: so a row that was read across a change is read again.
            epochRead = epoch
            (request, isContainer) = try await self.request(jobID)
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
        case .granted(_, let instanceID):
            guard let record = instances[instanceID] else { return .noCapacity("The instance is gone") }
            // Read now: a node that ended meanwhile claims nothing.
            let siblings = queue.siblings(of: jobID).map {
                ClaimRecord(jobID: $0.jobID, instanceID: $0.instanceID)
            }
            return .granted(try SlotGrant(instance: record, isContainer: isContainer, siblings: siblings))
        }
    }

    /// What a job that stands in the queue waits for; nil where it does not.
    func reasonToWait(jobID: String) -> String? {
        guard let wait = queue.wait(of: jobID), !wait.machines.isEmpty else { return nil }
        let names = wait.machines.compactMap { instances[$0.instanceID]?.name }.sorted().joined(separator: ", ")
        let slots = wait.machines.map(\.slots).reduce(0, +)
        if wait.wanted > 1 {
            return "Waiting for \(wait.wanted) of the \(slots) slots of \(names) at once, one for each node"
        }
        if wait.free > 0 {
            return "Waiting for one of the \(slots) slots of \(names): what is free is kept for a run before it"
        }
        return slots == 1
            ? "Waiting for the slot of \(names), which is taken"
            : "Waiting for one of the \(slots) slots of \(names): all are taken"
    }

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

    /// What a job wants, and whether it runs in a container.
    private func request(_ jobID: String) async throws -> (PlacementQueue.Request, isContainer: Bool) {
        guard let job = try await environment.store.job(id: jobID),
            let run = try await environment.store.run(id: job.runID)
        else { throw StoreError.corrupt("job \(jobID) has no run") }
        let spec = try JSONDecoder().decode(SpecRequirements.self, from: Data(job.spec))
        let request = PlacementQueue.Request(
            jobID: jobID, projectID: job.projectID, priority: run.priority, submittedAt: job.submittedAt,
            requirements: spec.requirements, gang: spec.gang(of: job))
        return (request, isContainer: spec.imageName?.isEmpty == false)
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

extension SlotGrant {
    /// A slot of an instance, with what the job's row tells about it.
    init(instance: InstanceRecord, isContainer: Bool, siblings: [ClaimRecord]) throws {
        let type = try JSONDecoder().decode(InstanceType.self, from: Data(instance.instanceType))
        let backend = BackendType(rawValue: instance.backend) ?? .remote
        let offer = InstanceOfferWithAvailability(
            backend: backend, instance: type, region: instance.region, price: instance.price, availability: .idle)
        let provisioning = JobProvisioningData(
            backend: backend, instanceType: type, instanceId: instance.id, hostname: instance.hostname,
            internalIp: instance.hostname, region: instance.region, price: instance.price,
            // Its jobs have SSH servers of their own, at addresses of their own: known once they run.
            username: "root", sshPort: JobSSHServer.port, dockerized: false)
        let runtime = JobRuntimeData(
            networkMode: isContainer ? .bridge : .host, ports: [:], volumeNames: [], offer: offer)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        self.init(
            instanceID: instance.id, provisioningData: [UInt8](try encoder.encode(provisioning)),
            runtimeData: [UInt8](try encoder.encode(runtime)), siblings: siblings)
    }
}
