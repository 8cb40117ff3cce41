import Wire

/// An instance as placement sees it.
struct Machine: Sendable, Equatable {
    /// Whether it can take jobs.
    enum Readiness: Sendable, Equatable {
        case ready
        /// It is not known yet what it has.
        case settingUp
        /// It does not answer, or is not well, at the moment.
        case away
    }

    var instanceID: String
    var projectID: String
    var fleetID: String
    var fleetName: String
    /// `fleet-0`.
    var name: String
    var hostname: String
    /// Its number in its fleet.
    var number: Int
    /// The blocks it is split into. Jobs on this machine share it: each takes one, whatever it needs.
    var slots: Int
    var offer: MachineOffer
    var readiness: Readiness
    /// Whether the nodes of one run may be placed on its fleet.
    var isInCluster: Bool
    /// Whether it runs containers.
    var hasContainers: Bool

    init(
        instanceID: String, projectID: String, fleetID: String = "", fleetName: String = "", name: String = "",
        hostname: String = "", number: Int = 0, slots: Int, offer: MachineOffer, readiness: Readiness = .ready,
        isInCluster: Bool = true, hasContainers: Bool = true
    ) {
        self.instanceID = instanceID
        self.projectID = projectID
        self.fleetID = fleetID
        self.fleetName = fleetName
        self.name = name
        self.hostname = hostname
        self.number = number
        self.slots = slots
        self.offer = offer
        self.readiness = readiness
        self.isInCluster = isInCluster
        self.hasContainers = hasContainers
    }
}

/// Which machines a run may be placed on, as its user says.
struct MachineChoice: Sendable, Equatable {
    /// nil for any.
    var fleets: [EntityReference]?
    /// nil for any.
    var instances: [InstanceSelector]?

    static let any = MachineChoice()

    func allows(_ machine: Machine) -> Bool {
        if let fleets, !fleets.contains(where: { $0.name == machine.fleetName }) { return false }
        guard let instances else { return true }
        let instance = MissingNames.Instance(name: machine.name, hostname: machine.hostname, number: machine.number)
        return instances.contains { instance.is($0, of: machine.fleetName) }
    }
}

/// What a job asks of the machine that it is placed on.
struct MachineWish: Sendable, Equatable {
    var requirements: Requirements
    var choice = MachineChoice.any
    /// Whether it needs a container: it names an image, or what only an image has.
    var needsContainer = false
    /// Whether it is one of several nodes: such a one takes a host whole.
    var isNode = false
    /// Nodes of one run are placed on a fleet with `placement: cluster` only.
    var needsCluster: Bool { isNode }

    /// Why a machine is out of the question before it is looked at what it has; nil where it is not.
    func isOpen(_ machine: Machine) -> Bool {
        choice.allows(machine) && (!needsCluster || machine.isInCluster)
    }

    /// How many blocks of a machine will do, the fewest; nil where not even all do.
    func blocks(of machine: Machine) -> Int? {
        if needsContainer, !machine.hasContainers { return nil }
        if machine.offer.isLocal {
            return RequirementMatch.shortfalls(requirements, offer: machine.offer).isEmpty ? 1 : nil
        }
        guard machine.slots >= 1 else { return nil }
        return (isNode ? machine.slots...machine.slots : 1...machine.slots).first { count in
            let share = MachineOffer(
                resources: machine.offer.resources.share(count, of: machine.slots), price: machine.offer.price,
                isLocal: false)
            return RequirementMatch.shortfalls(requirements, offer: share).isEmpty
        }
    }

    /// What a whole machine lacks, in words.
    func shortfalls(_ machine: Machine) -> [String] {
        let container = needsContainer && !machine.hasContainers ? ["a Docker Engine (none answers on it)"] : []
        return container + RequirementMatch.shortfalls(requirements, offer: machine.offer)
    }
}

extension Resources {
    /// What some of a machine's blocks have. The disk is not divided.
    func share(_ blocks: Int, of total: Int) -> Resources {
        if blocks >= total { return self }
        var share = self
        share.cpus = cpus / total * blocks
        share.memoryMib = memoryMib / total * blocks
        share.gpus = Array(gpus.prefix(gpus.count / total * blocks))
        return share
    }
}
