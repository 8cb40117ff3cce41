import Wire

/// Refuses what stands in a specification's values and is not served yet. Properties that are not served are
/// refused by name before a run is planned.
enum PlanningChecks {
    static func check(_ base: BaseRunConfiguration, _ groups: [NodeGroup]) throws(PlanningError) {
        for case .volume(let volume) in base.volumes {
            throw PlanningError(
                "`volumes`: network volumes are not served yet ('\(volume.path)'): mount a directory of the machine by "
                    + "/its/path:\(volume.path)")
        }
        let unresolved = base.env.unresolved
        if !unresolved.isEmpty {
            throw PlanningError("`env` has variables without a value: \(unresolved.joined(separator: ", "))")
        }
        for command in groups.flatMap(\.commands) { try checkNodes(command, groups.map(\.nodes)) }
    }

    /// Each reference to a node of a group names one that there is.
    private static func checkNodes(_ command: String, _ sizes: [Int]) throws(PlanningError) {
        for name in NodeReference.names(in: command) where name.hasPrefix("groups[") || name.hasPrefix("groups.") {
            guard let reference = NodeReference(name) else {
                throw PlanningError("Illegal reference name: \(name); an address is groups[0].nodes[0].IP_ADDRESS")
            }
            guard sizes.indices.contains(reference.group), reference.node < sizes[reference.group] else {
                let groups = sizes.enumerated().map { "groups[\($0)] has \($1)" }.joined(separator: ", ")
                throw PlanningError("Invalid reference \(name): out of range, \(groups) nodes")
            }
        }
    }
}

extension RunSpec {
    /// Refuses fleets and instances of other projects: a run has the machines of its own.
    public func requireOwnFleets(project: String) throws(PlanningError) {
        let profile = mergedProfile
        let named = (profile.fleets ?? []) + (profile.instances ?? []).compactMap(\.fleet)
        for reference in named where reference.project.map({ $0 != project }) ?? false {
            throw PlanningError(
                "the fleet '\(reference)' is of another project, and a run of project \(project) has the machines of its "
                    + "own project only: name one of these")
        }
    }
}

extension InstanceSelector {
    fileprivate var fleet: EntityReference? {
        if case .fleet(let reference, _) = self { reference } else { nil }
    }
}
