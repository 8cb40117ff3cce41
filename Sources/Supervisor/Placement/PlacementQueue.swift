import OrderedCollections
import Wire

/// Who gets which place, as a pure function over the queue and the instances.
///
/// Higher priority goes first. Within one priority the projects take turns, and within a project the oldest
/// goes first. A job that no instance can ever take is refused; one that fits only what is busy waits.
///
/// A job gets as few blocks of a host as will do. The nodes of a replica (a `Gang`) get a host each, all together or
/// none, and all on one fleet. One whose turn it is and for which too few are free keeps those from whoever comes after
/// it, where they would be enough with those that are busy: else a stream of small runs would let it wait for ever.
struct PlacementQueue: Sendable, Equatable {
    /// The nodes of a replica that are placed together.
    struct Gang: Sendable, Hashable {
        var runID: String
        var replicaNum: Int
        var submissionNum: Int
        /// How many they are.
        var size: Int
    }

    /// A job that wants a place.
    struct Request: Sendable, Equatable {
        var jobID: String
        var projectID: String
        /// Higher goes first.
        var priority: Int
        var submittedAt: Timestamp
        var wish: MachineWish
        /// nil for a job that is placed by itself.
        var gang: Gang?
    }

    /// Blocks of a machine.
    struct Place: Sendable, Equatable {
        var instanceID: String
        var blocks: Int
    }

    /// What became of a request.
    enum Decision: Sendable, Equatable {
        case granted(jobID: String, Place)
        case refused(jobID: String, why: String)
    }

    /// Why a job waits.
    struct Wait: Sendable, Equatable {
        /// The machines that it could run on.
        var machines: [Machine]
        /// Blocks of them that nobody holds.
        var free: Int
        /// Places that it needs at once.
        var wanted: Int
        /// The fewest blocks that will do on one of them.
        var blocks: Int
        /// Machines of which it is not known yet what they have.
        var settingUp: [Machine]
    }

    /// A machine that meets a request, with so many of its blocks.
    struct Fit: Sendable, Equatable {
        /// Index of the machine.
        var machine: Int
        var blocks: Int
    }

    struct Entry: Sendable, Equatable {
        var request: Request
        /// The machines that meet its requirements, best first.
        var fitting: [Fit]
    }

    private(set) var machines: [Machine] = []
    /// Names of the fleets of each project.
    private var fleets: [String: [String]] = [:]
    private(set) var waiting: [Entry] = []
    /// What a job holds.
    private var held: OrderedDictionary<String, Place> = [:]
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
    ///
    /// - Parameter fleets: for each project the names of its fleets, those without machines too.
    mutating func setMachines(_ machines: [Machine], fleets: [String: [String]] = [:]) {
        self.machines = machines
        self.fleets = fleets
        for index in waiting.indices { waiting[index].fitting = fitting(waiting[index].request) }
        unjudged = waiting.map(\.request.jobID)
    }

    /// Notes what was taken in an earlier life.
    mutating func hold(jobID: String, instanceID: String, blocks: Int = 1) {
        held[jobID] = Place(instanceID: instanceID, blocks: blocks)
    }

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

    /// What a job holds.
    func place(of jobID: String) -> Place? { held[jobID] }

    /// What the other nodes of a job's gang hold by the same decision.
    func siblings(of jobID: String) -> [(jobID: String, place: Place)] {
        guard let gang = gangs[jobID] else { return [] }
        return held.compactMap {
            $0.key != jobID && gangs[$0.key] == gang ? (jobID: $0.key, place: $0.value) : nil
        }
    }

    /// Why a job waits; nil where it does not.
    func wait(of jobID: String) -> Wait? {
        guard let entry = waiting.first(where: { $0.request.jobID == jobID }) else { return nil }
        let machines = entry.fitting.map { self.machines[$0.machine] }
        return Wait(
            machines: machines, free: machines.map(free).reduce(0, +), wanted: entry.request.gang.map(missing) ?? 1,
            blocks: entry.fitting.map(\.blocks).min() ?? 1, settingUp: unknown(entry.request))
    }

    /// Blocks of a machine that nobody holds, and that can be had.
    func free(_ machine: Machine) -> Int {
        guard machine.readiness == .ready else { return 0 }
        return max(
            0, machine.slots - held.values.filter { $0.instanceID == machine.instanceID }.map(\.blocks).reduce(0, +))
    }

    // MARK: Decisions

    private mutating func decide() {
        decideForHolders()
        if decided.isEmpty, !unjudged.isEmpty { decideForMisfits() }
        if decided.isEmpty { decideForNext() }
    }

    /// Who holds a place already, from an earlier life or an earlier wait, gets it again.
    private mutating func decideForHolders() {
        dropVoid()
        for entry in waiting {
            guard let place = held[entry.request.jobID] else { continue }
            decided.append(.granted(jobID: entry.request.jobID, place))
        }
        dropHolders()
    }

    /// Takes back what is held of a machine that is to go, from the whole gang.
    ///
    /// A machine is not taken out of use while anybody has written that it holds a part of it, and the first of a gang
    /// writes for all: so nobody has of those that are dropped here.
    private mutating func dropVoid() {
        let void = waiting.map(\.request.jobID).filter { id in
            held[id].map { place in !machines.contains { $0.instanceID == place.instanceID } } ?? false
        }
        for id in void {
            let gang = gangs[id]
            for other in held.keys where other == id || gang != nil && gangs[other] == gang {
                held[other] = nil
                gangs[other] = nil
            }
        }
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
            guard let places = places(members, free: free) else {
                // What is kept for one is not given to those after it: else small jobs would let a large one wait for ever.
                for index in kept(for: members, free: free) { free[index] = 0 }
                continue
            }
            grant(members.map(\.request), places)
            return
        }
    }

    /// A place for each of a unit; nil where there are not enough at the moment.
    private func places(_ members: [Entry], free: [Int]) -> [Fit]? {
        guard let first = members.first else { return nil }
        if first.request.gang == nil {
            return first.fitting.first { free[$0.machine] >= $0.blocks }.map { [$0] }
        }
        // All on one fleet.
        for fleetID in fleets(of: first) {
            if let fits = places(members, on: fleetID, free: free) { return fits }
        }
        return nil
    }

    /// A place for each of a gang on one fleet; nil where there are not enough.
    private func places(_ members: [Entry], on fleetID: String, free: [Int]) -> [Fit]? {
        let fitting = members.map { $0.fitting.map(\.machine).filter { machines[$0].fleetID == fleetID } }
        return GangFit.places(fitting, free: zip(machines, free).map(Self.places)).map { places in
            zip(members, places).compactMap { member, place in member.fitting.first { $0.machine == place } }
        }
    }

    /// How many nodes a machine takes: a host one, when nobody else is on it.
    private static func places(on machine: Machine, free: Int) -> Int {
        machine.offer.isLocal ? free : free >= machine.slots && free > 0 ? 1 : 0
    }

    /// The fleets that an entry fits, in the order of their best machines.
    private func fleets(of entry: Entry) -> [String] {
        entry.fitting.reduce(into: []) { fleets, fit in
            let fleetID = machines[fit.machine].fleetID
            if !fleets.contains(fleetID) { fleets.append(fleetID) }
        }
    }

    /// The machines that are kept free for a unit that cannot be placed yet: for a gang those of the fleets that have room
    /// for all of it once nobody else is there, and for a job of several blocks the one that is nearest to having them.
    private func kept(for members: [Entry], free: [Int]) -> [Int] {
        if let first = members.first, first.request.gang != nil {
            // 1. A host of three is away for days. 2. A run of three nodes waits for it. 3. The other two would be idle.
            let most = machines.map { $0.readiness == .ready ? $0.slots : 0 }
            let able = fleets(of: first).filter { places(members, on: $0, free: most) != nil }
            return members.flatMap(\.fitting).map(\.machine).filter { able.contains(machines[$0].fleetID) }
        }
        let fitting = (members.first?.fitting ?? []).map(\.machine).filter { machines[$0].readiness == .ready }
        return fitting.max { free[$0] < free[$1] }.map { [$0] } ?? []
    }

    private mutating func grant(_ requests: [Request], _ fits: [Fit]) {
        grants += 1
        for (request, fit) in zip(requests, fits) {
            let place = Place(instanceID: machines[fit.machine].instanceID, blocks: fit.blocks)
            held[request.jobID] = place
            gangs[request.jobID] = request.gang
            turns[request.projectID] = grants
            decided.append(.granted(jobID: request.jobID, place))
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

    /// The machines that meet a request: cheapest first, this machine before hosts, and of hosts the smallest.
    private func fitting(_ request: Request) -> [Fit] {
        machines.indices.compactMap { index -> Fit? in
            let machine = machines[index]
            guard machine.projectID == request.projectID, machine.readiness != .settingUp, request.wish.isOpen(machine)
            else { return nil }
            return request.wish.blocks(of: machine).map { Fit(machine: index, blocks: $0) }
        }.sorted { left, right in
            MachineOrder(machines[left.machine], left.machine) < MachineOrder(machines[right.machine], right.machine)
        }
    }

    /// Machines that may turn out to meet a request.
    private func unknown(_ request: Request) -> [Machine] {
        machines.filter {
            $0.projectID == request.projectID && $0.readiness == .settingUp && request.wish.isOpen($0)
        }
    }

    /// Why no machine will ever do; nil where one may.
    private func refusal(_ entry: Entry) -> String? {
        let request = entry.request
        if !unknown(request).isEmpty { return nil }
        let own = machines.filter { $0.projectID == request.projectID }
        guard !entry.fitting.isEmpty else {
            return PlacementText.misfit(request.wish, own, fleets: fleets[request.projectID] ?? [])
        }
        guard let gang = request.gang else { return nil }
        let best =
            fleets(of: entry).map { id in
                zip(machines, machines.map(\.slots)).filter { $0.0.fleetID == id }.map(Self.places).reduce(0, +)
            }.max() ?? 0
        if best < gang.size { return PlacementText.tooManyNodes(gang.size, places: best) }
        let members = waiting.filter { $0.request.gang == gang }
        guard members.count == gang.size, members.allSatisfy({ !$0.fitting.isEmpty }) else { return nil }
        var all = machines
        for index in all.indices { all[index].readiness = .ready }
        if places(members, free: all.map(\.slots)) != nil { return nil }
        return PlacementText.tooManyNodes(gang.size, places: gang.size)
    }
}

/// The order in which machines are preferred.
private struct MachineOrder: Comparable {
    let price: Double
    let isHost: Int
    let gpus: Int
    let cpus: Int
    let memory: Int
    let index: Int

    init(_ machine: Machine, _ index: Int) {
        price = machine.offer.price
        isHost = machine.offer.isLocal ? 0 : 1
        let resources = machine.offer.resources
        (gpus, cpus, memory) = (resources.gpus.count, resources.cpus, resources.memoryMib)
        self.index = index
    }

    static func < (left: MachineOrder, right: MachineOrder) -> Bool {
        (left.price, left.isHost, left.gpus, left.cpus, left.memory, left.index)
            < (right.price, right.isHost, right.gpus, right.cpus, right.memory, right.index)
    }
}
