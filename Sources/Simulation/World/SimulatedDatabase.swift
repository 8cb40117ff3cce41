import OrderedCollections
import Store
import Synchronization
import Wire

/// What survives a crash of the simulated server: rows, messages, events and claims, under the store's rules.
final class SimulatedDatabase: Sendable {
    struct Tables: Sendable {
        var runs: OrderedDictionary<String, RunRecord> = [:]
        var jobs: OrderedDictionary<String, JobRecord> = [:]
        var templates: [JobTemplate] = []
        var instances: OrderedDictionary<String, InstanceRecord> = [:]
        var fleets: OrderedDictionary<String, FleetRecord> = [:]
        var claims: OrderedDictionary<String, ClaimRecord> = [:]
        var messages: OrderedDictionary<String, MessageRecord> = [:]
        var events: [EventRecord] = []
        /// The server's life that may write; others have crashed.
        var life = 1
        /// Replicas of which a part held slots and a part did not, in words.
        var partedReplicas: [String] = []
    }

    private let tables = Mutex(Tables())

    func read<Value>(_ body: (Tables) -> Value) -> Value { tables.withLock { body($0) } }

    func mutate<Value>(_ body: (inout sending Tables) -> sending Value) -> Value { tables.withLock { body(&$0) } }

    /// Applies a change whole or not at all.
    func commit(_ change: Change, life: Int) throws(StoreError) -> [EventRecord] {
        let result: Result<[EventRecord], StoreError> = tables.withLock { tables in
            guard tables.life == life else { return .failure(.unavailable("the server crashed")) }
            var next = tables
            var told: [EventDraft] = []
            do throws(StoreError) {
                for write in change.writes {
                    if let event = try next.apply(write) { told.append(event) }
                }
            } catch {
                return .failure(error)
            }
            let events = (change.events + told).enumerated().map { index, draft in
                EventRecord(seq: Int64(next.events.count + index + 1), draft: draft)
            }
            next.events += events
            if change.writes.contains(where: \.movesSlots) { next.notePartedReplicas() }
            tables = next
            return .success(events)
        }
        return try result.get()
    }
}

extension Change.Write {
    fileprivate var movesSlots: Bool {
        switch self {
        case .claim, .release: true
        case .insertRun, .updateRun, .redeploy, .insertJob, .insertTemplate, .updateJob, .deleteJob, .insertFleet,
            .updateFleet, .concludeFleet, .requireIdleFleet, .insertInstance, .updateInstance, .closeInstance,
            .forgetHostKeys,
            .insertMessage,
            .deleteMessage:
            false
        }
    }
}

extension SimulatedDatabase.Tables {
    /// Of the nodes of a replica that live, all hold a slot or none does.
    fileprivate mutating func notePartedReplicas() {
        for job in jobs.values where job.jobNum == 0 {
            let nodes = jobs.values.filter {
                $0.runID == job.runID && $0.replicaNum == job.replicaNum && $0.submissionNum == job.submissionNum
                    && !$0.status.isFinished
            }
            let holders = nodes.count { claims[$0.id] != nil }
            if holders > 0, holders < nodes.count {
                partedReplicas.append(
                    "\(holders) of \(nodes.count) nodes of \(job.name)#\(job.submissionNum) hold slots")
            }
        }
    }

    /// - Returns: the event that the write tells by itself.
    fileprivate mutating func apply(_ write: Change.Write) throws(StoreError) -> EventDraft? {
        switch write {
        case .insertRun(let run):
            if runs.values.contains(where: { $0.name == run.name && !$0.isDeleted }) { throw .nameInUse(run.name) }
            runs[run.id] = run
        case .updateRun(let run):
            guard runs[run.id]?.version == run.version - 1 else { throw .conflict(row: "run \(run.id)") }
            var run = run
            // Only `redeploy` writes the specification.
            run.spec = runs[run.id]?.spec ?? run.spec
            runs[run.id] = run
        case .redeploy(let run):
            runs[run.id]?.spec = run.spec
            for (id, job) in jobs where job.runID == run.id && !job.status.isFinished {
                jobs[id]?.deploymentNum = run.deploymentNum
            }
        case .insertJob(let job):
            guard jobs[job.id] == nil else { throw .conflict(row: "job \(job.id)") }
            jobs[job.id] = job
        case .insertTemplate(let template):
            templates.append(template)
        case .updateJob(let job):
            guard let stored = jobs[job.id], stored.version == job.version - 1 else {
                throw .conflict(row: "job \(job.id)")
            }
            var job = job
            // The run's actor writes it.
            job.deploymentNum = stored.deploymentNum
            jobs[job.id] = job
        case .deleteJob(let id):
            jobs[id] = nil
            messages.removeAll { $0.value.recipientID == id }
        case .insertFleet(let fleet):
            if fleets.values.contains(where: { $0.name == fleet.name && !$0.isDeleted }) {
                throw .nameInUse(fleet.name)
            }
            fleets[fleet.id] = fleet
        case .updateFleet(let fleet):
            guard fleets[fleet.id]?.version == fleet.version - 1 else { throw .conflict(row: "fleet \(fleet.id)") }
            fleets[fleet.id] = fleet
        case .concludeFleet(let id, let stamp):
            let isEmpty = !instances.values.contains { $0.fleetID == id && $0.status != "terminated" }
            guard isEmpty, var fleet = fleets[id], fleet.status == "terminating", !fleet.isDeleted else {
                return nil
            }
            fleet.status = "terminated"
            fleet.isDeleted = true
            fleet.version += 1
            fleets[id] = fleet
            return .changed(fleet, from: "terminating", stamp)
        case .requireIdleFleet(let id):
            if runs.values.contains(where: { $0.fleetID == id && !$0.status.isFinished }) {
                throw .fleetInUse(fleetID: id)
            }
        case .insertInstance(let instance):
            instances[instance.id] = instance
        case .updateInstance(let instance):
            guard instances[instance.id]?.version == instance.version - 1 else {
                throw .conflict(row: "instance \(instance.id)")
            }
            var instance = instance
            instance.isClosing = instances[instance.id]?.isClosing ?? false
            if instance.isClosing, instance.status == "terminated" { instance.isDeleted = true }
            instances[instance.id] = instance
        case .closeInstance(let id):
            guard instances[id] != nil, !claims.values.contains(where: { $0.instanceID == id }) else {
                throw .instanceInUse(instanceID: id)
            }
            instances[id]?.isClosing = true
            if instances[id]?.status == "terminated" { instances[id]?.isDeleted = true }
        case .forgetHostKeys:
            break
        case .claim(let jobID, let instanceID, let blocks):
            if jobs[jobID]?.status.isFinished == true { return nil }
            let others = claims.values.filter { $0.instanceID == instanceID && $0.jobID != jobID }
            guard let instance = instances[instanceID], instance.status == "idle", !instance.isClosing,
                others.map(\.blocks).reduce(0, +) + blocks <= instance.slots
            else { throw .noFreeSlot(instanceID: instanceID) }
            claims[jobID] = ClaimRecord(jobID: jobID, instanceID: instanceID, blocks: blocks)
        case .release(let jobID):
            claims[jobID] = nil
        case .insertMessage(let message):
            messages[message.id] = message
        case .deleteMessage(let id):
            messages[id] = nil
        }
        return nil
    }
}
