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
