import OrderedCollections
import Wire

/// Who gets which slot, as a pure function over the queue and the instances.
///
/// Higher priority goes first. Within one priority the projects take turns, and within a project the oldest
/// goes first. A job that no instance can ever take is refused; one that fits only what is busy waits.
///
/// The nodes of a replica (a `Gang`) get their slots all together or none. One whose turn it is and for which too few
/// are free keeps those from whoever comes after it: else a stream of small runs would let it wait for ever.
struct PlacementQueue: Sendable, Equatable {
    /// The nodes of a replica that are placed together.
    struct Gang: Sendable, Hashable {
        var runID: String
        var replicaNum: Int
        var submissionNum: Int
        /// How many they are.
        var size: Int
    }

    /// A job that wants a slot.
    struct Request: Sendable, Equatable {
        var jobID: String
        var projectID: String
        /// Higher goes first.
        var priority: Int
        var submittedAt: Timestamp
        var requirements: Requirements
        /// nil for a job that is placed by itself.
        var gang: Gang?
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

    /// Why a job waits.
    struct Wait: Sendable, Equatable {
        /// The machines that it could run on.
        var machines: [Machine]
        /// Slots of them that nobody holds.
        var free: Int
        /// Slots that it needs at once.
        var wanted: Int
    }

    struct Entry: Sendable, Equatable {
        var request: Request
        /// Indices of the machines that meet its requirements, cheapest first.
        var fitting: [Int]
    }

    private(set) var machines: [Machine] = []
    private(set) var waiting: [Entry] = []
    /// Which instance a job holds a slot of.
    private var held: OrderedDictionary<String, String> = [:]
    /// The gang of each job that holds a slot of this life's granting.
    private var gangs: [String: Gang] = [:]
    /// For each project the number of the last grant it got.
    private(set) var turns: [String: Int] = [:]
    private var grants = 0
    /// Decided, and not told yet.
    private var decided: [Decision] = []
    /// Jobs that wait of which it is not known yet whether any machine meets them.
    private var unjudged: [String] = []

    init() {}

    /// Jobs that wait.
    var waitingCount: Int { waiting.count }

    /// Replaces the machines. Jobs keep what they hold.
    mutating func setMachines(_ machines: [Machine]) {
        self.machines = machines
        for index in waiting.indices { waiting[index].fitting = fitting(waiting[index].request) }
        unjudged = waiting.map(\.request.jobID)
    }

    /// Notes a slot that was taken in an earlier life.
    mutating func hold(jobID: String, instanceID: String) { held[jobID] = instanceID }

    /// Queues a job.
    mutating func add(_ request: Request) {
        waiting.removeAll { $0.request.jobID == request.jobID }
        waiting.append(Entry(request: request, fitting: fitting(request)))
        unjudged.append(request.jobID)
    }

    /// Changes the place of a job in the queue; one that does not wait keeps what it holds.
    mutating func reprioritize(jobID: String, priority: Int) {
        for index in waiting.indices where waiting[index].request.jobID == jobID {
            waiting[index].request.priority = priority
        }
    }

    /// Takes a job out of the queue; what it holds it keeps.
    mutating func withdraw(jobID: String) { waiting.removeAll { $0.request.jobID == jobID } }

    /// Takes back what a job holds.
    mutating func release(jobID: String) {
        withdraw(jobID: jobID)
        held[jobID] = nil
        gangs[jobID] = nil
    }

    /// The next decision, nil where all who wait have to.
    mutating func next() -> Decision? {
        if decided.isEmpty { decide() }
        return decided.isEmpty ? nil : decided.removeFirst()
    }

    /// The slots that the other nodes of a job's gang hold by the same decision.
    func siblings(of jobID: String) -> [(jobID: String, instanceID: String)] {
        guard let gang = gangs[jobID] else { return [] }
        return held.compactMap {
            $0.key != jobID && gangs[$0.key] == gang ? (jobID: $0.key, instanceID: $0.value) : nil
        }
    }

    /// Why a job waits; nil where it does not.
    func wait(of jobID: String) -> Wait? {
        guard let entry = waiting.first(where: { $0.request.jobID == jobID }) else { return nil }
        let machines = entry.fitting.map { self.machines[$0] }
        return Wait(
            machines: machines, free: machines.map(free).reduce(0, +), wanted: entry.request.gang.map(missing) ?? 1)
    }

    /// Slots of a machine that nobody holds.
    func free(_ machine: Machine) -> Int {
        machine.slots - held.values.count { $0 == machine.instanceID }
    }

    // MARK: Decisions

    private mutating func decide() {
        decideForHolders()
        if decided.isEmpty, !unjudged.isEmpty { decideForMisfits() }
        if decided.isEmpty { decideForNext() }
    }

    /// Who holds a slot already, from an earlier life or an earlier wait, gets it again.
    private mutating func decideForHolders() {
        for entry in waiting {
            guard let instanceID = held[entry.request.jobID] else { continue }
            decided.append(.granted(jobID: entry.request.jobID, instanceID: instanceID))
        }
        dropHolders()
    }

    private mutating func decideForMisfits() {
        let judged = unjudged
        unjudged = []
        for jobID in judged {
            guard let entry = waiting.first(where: { $0.request.jobID == jobID }), let why = refusal(entry) else {
                continue
            }
            // Where one of a gang is refused, those that wait with it are.
            let refused = waiting.filter {
                $0.request.jobID == jobID || entry.request.gang != nil && $0.request.gang == entry.request.gang
            }.map(\.request.jobID)
            decided += refused.map { .refused(jobID: $0, why: why) }
            waiting.removeAll { refused.contains($0.request.jobID) }
        }
    }

    /// Places the first who can be placed now.
    private mutating func decideForNext() {
        var free = machines.map(self.free)
        guard free.contains(where: { $0 > 0 }) else { return }
        for unit in units() where isComplete(unit) {
            let members = unit.map { waiting[$0] }
            guard let places = GangFit.places(members.map(\.fitting), free: free) else {
                // What is kept for a gang is not given to those after it.
                for index in members.flatMap(\.fitting) { free[index] = 0 }
                continue
            }
            grant(members.map(\.request), places)
            return
        }
    }

    private mutating func grant(_ requests: [Request], _ places: [Int]) {
        grants += 1
        for (request, place) in zip(requests, places) {
            let instanceID = machines[place].instanceID
            held[request.jobID] = instanceID
            gangs[request.jobID] = request.gang
            turns[request.projectID] = grants
            decided.append(.granted(jobID: request.jobID, instanceID: instanceID))
        }
        dropHolders()
    }

    private mutating func dropHolders() {
        let held = held
        waiting.removeAll { held[$0.request.jobID] != nil }
    }

    /// Whether all of a gang stand in the queue that hold no slot yet.
    private func isComplete(_ unit: [Int]) -> Bool {
        guard let gang = unit.first.flatMap({ waiting[$0].request.gang }) else { return true }
        return unit.count == missing(gang)
    }

    /// How many of a gang hold no slot.
    private func missing(_ gang: Gang) -> Int { gang.size - gangs.values.count { $0 == gang } }

    private func fitting(_ request: Request) -> [Int] {
        machines.indices.filter {
            machines[$0].projectID == request.projectID
                && RequirementMatch.shortfalls(request.requirements, offer: machines[$0].offer).isEmpty
        }.sorted { (machines[$0].offer.price, $0) < (machines[$1].offer.price, $1) }
    }

    /// Why no machine will ever do; nil where one may.
    private func refusal(_ entry: Entry) -> String? {
        let own = machines.filter { $0.projectID == entry.request.projectID }
        guard !entry.fitting.isEmpty else {
            let nearest = own.map { RequirementMatch.shortfalls(entry.request.requirements, offer: $0.offer) }
                .min { $0.count < $1.count }
            guard let nearest else { return "No fleet has an instance" }
            return "No offers match the requirements: " + nearest.joined(separator: ", ")
        }
        guard let gang = entry.request.gang else { return nil }
        let slots = own.map(\.slots).reduce(0, +)
        if gang.size > slots {
            return "The run has \(gang.size) nodes, which start together, and the fleet has \(slots) slots in all"
        }
        let members = waiting.filter { $0.request.gang == gang }
        guard members.count == gang.size, members.allSatisfy({ !$0.fitting.isEmpty }) else { return nil }
        if GangFit.places(members.map(\.fitting), free: machines.map(\.slots)) != nil { return nil }
        return "The run has \(gang.size) nodes, which start together, and the instances that meet their requirements"
            + " have too few slots for all of them"
    }
}
