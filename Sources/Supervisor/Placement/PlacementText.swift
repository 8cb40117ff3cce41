import OrderedCollections
import Wire

/// What users are told of placement. Where dstack's clients look into a message, its words are dstack's.
enum PlacementText {
    /// Why none of a project's machines will do.
    ///
    /// - Parameter fleets: names of the project's fleets, also of those that have no machine.
    static func misfit(_ wish: MachineWish, _ machines: [Machine], fleets: [String]) -> String {
        if !machines.contains(where: wish.choice.allows), let words = unmet(wish.choice, machines, fleets) {
            return words
        }
        if machines.isEmpty { return "No matching fleet found: no fleet of the project has an instance" }
        guard machines.contains(where: wish.isOpen) else {
            return "No matching fleet found: several nodes of one run need a fleet with `placement: cluster`"
        }
        let nearest = machines.filter(wish.isOpen).map(wish.shortfalls).min { $0.count < $1.count } ?? []
        return "No offers match the requirements: " + nearest.joined(separator: ", ")
    }

    /// Why a run's choice allows no machine; nil where it leaves all open.
    private static func unmet(_ choice: MachineChoice, _ machines: [Machine], _ fleets: [String]) -> String? {
        let names = fleets + machines.map(\.fleetName).filter { !fleets.contains($0) }
        let present = OrderedSet(names).map { name in
            (
                fleet: name,
                instances: machines.filter { $0.fleetName == name }.map {
                    MissingNames.Instance(name: $0.name, hostname: $0.hostname, number: $0.number)
                }
            )
        }
        let missing = MissingNames.words(
            fleets: choice.fleets, instances: choice.instances, in: "the project", present: present)
        let rest: String
        if !missing.isEmpty {
            rest = missing.joined(separator: ". ")
        } else if choice.fleets != nil, choice.instances != nil {
            rest = "the instances are of no such fleet"
        } else if let fleets = choice.fleets {
            let names = fleets.map { "'\($0)'" }.joined(separator: ", ")
            rest = "\(names) \(fleets.count == 1 ? "has" : "have") no instance"
        } else {
            return nil
        }
        return "Failed to use specified \(choice.instances == nil ? "fleets" : "instances"): \(rest)"
    }

    /// Why the nodes of a run fit nowhere together.
    ///
    /// - Parameter places: how many of them fit on the best fleet.
    static func tooManyNodes(_ nodes: Int, places: Int) -> String {
        if places < nodes {
            return "The run has \(nodes) nodes, which start together, and the fleet has \(places) slots in all"
        }
        return "The run has \(nodes) nodes, which start together, and the instances that meet their requirements"
            + " have too few slots for all of them"
    }

    /// What a job that stands in the queue waits for.
    static func wait(_ wait: PlacementQueue.Wait) -> String? {
        let names = wait.machines.map(\.name).sorted().joined(separator: ", ")
        if wait.machines.isEmpty {
            let hosts = wait.settingUp.map(\.name).sorted().joined(separator: ", ")
            return hosts.isEmpty ? nil : "Waiting for the set-up of \(hosts)"
        }
        if wait.machines.allSatisfy({ $0.readiness == .away }) {
            return "Waiting for \(names), which \(wait.machines.count == 1 ? "does" : "do") not answer"
        }
        let slots = wait.machines.map(\.slots).reduce(0, +)
        let isHost = wait.machines.contains { !$0.offer.isLocal }
        if wait.wanted > 1 {
            return isHost
                ? "Waiting for \(wait.wanted) of \(names) at once, one for each node"
                : "Waiting for \(wait.wanted) of the \(slots) slots of \(names) at once, one for each node"
        }
        if wait.blocks > 1, wait.free > 0 {
            return "Waiting for \(wait.blocks) free blocks of one of \(names)"
        }
        if wait.free > 0 {
            return "Waiting for one of the \(slots) slots of \(names): what is free is kept for a run before it"
        }
        return slots == 1
            ? "Waiting for the slot of \(names), which is taken"
            : "Waiting for one of the \(slots) slots of \(names): all are taken"
    }
}
