import OrderedCollections
import Wire

/// Who gets which slot, as a pure function over the queue and the instances.
///
/// Higher priority goes first. Within one priority the projects take turns, and within a project the oldest
/// goes first. A job that no instance can ever take is refused; one that fits only what is busy waits.
struct PlacementQueue: Sendable, Equatable {
    /// A job that wants a slot.
    struct Request: Sendable, Equatable {
        var jobID: String
        var projectID: String
        /// Higher goes first.
        var priority: Int
        var submittedAt: Timestamp
        var requirements: Requirements
    }

    /// An instance that gives slots.
    struct Machine: Sendable, Equatable {
        var instanceID: String
        var projectID: String
        var slots: Int
        var offer: MachineOffer
    }

    /// What became of a request.
    enum Decision: Sendable, Equatable {
        case granted(jobID: String, instanceID: String)
        case refused(jobID: String, why: String)
    }

    private var machines: [Machine] = []
    private var waiting: [Request] = []
    /// Which instance a job holds a slot of.
    private var held: OrderedDictionary<String, String> = [:]
    /// For each project the number of the last grant it got.
    private var turns: [String: Int] = [:]
    private var grants = 0

    init() {}

    /// Jobs that wait.
    var waitingCount: Int { waiting.count }

    /// Replaces the machines. Jobs keep what they hold.
    mutating func setMachines(_ machines: [Machine]) { self.machines = machines }

    /// Notes a slot that was taken in an earlier life.
    mutating func hold(jobID: String, instanceID: String) { held[jobID] = instanceID }

    /// Queues a job.
    mutating func add(_ request: Request) {
        waiting.removeAll { $0.jobID == request.jobID }
        waiting.append(request)
    }

    /// Changes the place of a job in the queue; one that does not wait keeps what it holds.
    mutating func reprioritize(jobID: String, priority: Int) {
        for index in waiting.indices where waiting[index].jobID == jobID { waiting[index].priority = priority }
    }

    /// Takes a job out of the queue; what it holds it keeps.
    mutating func withdraw(jobID: String) { waiting.removeAll { $0.jobID == jobID } }

    /// Takes back what a job holds.
    mutating func release(jobID: String) {
        withdraw(jobID: jobID)
        held[jobID] = nil
    }

    /// The next decision, nil where all who wait have to.
    mutating func next() -> Decision? {
        for index in order() {
            let request = waiting[index]
            if let instanceID = held[request.jobID] {
                waiting.remove(at: index)
                return .granted(jobID: request.jobID, instanceID: instanceID)
            }
            let own = machines.filter { $0.projectID == request.projectID }
            let fitting = own.filter {
                RequirementMatch.shortfalls(request.requirements, offer: $0.offer).isEmpty
            }
            if fitting.isEmpty {
                waiting.remove(at: index)
                return .refused(jobID: request.jobID, why: refusal(request, own))
            }
            guard let machine = fitting.filter({ free($0) > 0 }).min(by: { $0.offer.price < $1.offer.price })
            else { continue }
            waiting.remove(at: index)
            held[request.jobID] = machine.instanceID
            grants += 1
            turns[request.projectID] = grants
            return .granted(jobID: request.jobID, instanceID: machine.instanceID)
        }
        return nil
    }

    /// The machines that a job which waits could run on if they had a free slot.
    func machinesWaitedFor(jobID: String) -> [Machine] {
        guard let request = waiting.first(where: { $0.jobID == jobID }) else { return [] }
        return machines.filter {
            $0.projectID == request.projectID
                && RequirementMatch.shortfalls(request.requirements, offer: $0.offer).isEmpty
        }
    }

    /// Slots of a machine that nobody holds.
    func free(_ machine: Machine) -> Int {
        machine.slots - held.values.count { $0 == machine.instanceID }
    }

    /// The waiting requests in the order in which they are served.
    private func order() -> [Int] {
        waiting.indices.sorted { left, right in
            let (a, b) = (waiting[left], waiting[right])
            if a.priority != b.priority { return a.priority > b.priority }
            if a.projectID != b.projectID {
                let (turnA, turnB) = (turns[a.projectID] ?? 0, turns[b.projectID] ?? 0)
                if turnA != turnB { return turnA < turnB }
            }
            if a.submittedAt != b.submittedAt { return a.submittedAt < b.submittedAt }
            return a.jobID < b.jobID
        }
    }

    private func refusal(_ request: Request, _ machines: [Machine]) -> String {
        let nearest = machines.map { RequirementMatch.shortfalls(request.requirements, offer: $0.offer) }
            .min { $0.count < $1.count }
        guard let nearest else { return "No fleet has an instance" }
        return "No offers match the requirements: " + nearest.joined(separator: ", ")
    }
}
