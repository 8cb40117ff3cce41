import Wire

/// A fleet's plan and its hosts' progress in words.
enum FleetPlanText {
    /// The lines of a plan, named as the official client names them.
    static func properties(of plan: FleetPlan) -> [(name: String, value: String)] {
        let spec = plan.effectiveSpec ?? plan.spec
        let fleet = spec.configuration
        var rows: [(name: String, value: String)] = [
            ("Project", plan.projectName), ("User", plan.user), ("Configuration", spec.configurationPath ?? "?"),
            ("Type", "fleet"), ("Fleet type", fleet.sshConfig == nil ? "cloud" : "ssh"),
        ]
        if let hosts = fleet.sshConfig?.hosts {
            rows.append(("Nodes", "\(hosts.count)"))
        } else {
            rows.append(("Nodes", fleet.nodes.map { "\(CountRange(min: $0.min, max: $0.max))" } ?? "-"))
        }
        rows.append(("Placement", (fleet.placement ?? .any).rawValue))
        return rows
    }

    /// What an instance is at, in one line.
    static func progress(of instance: Instance) -> String {
        switch instance.status {
        case .pending, .provisioning, .terminating:
            instance.statusMessage.map { "\(instance.status.rawValue): \($0)" } ?? instance.status.rawValue
        case .idle, .busy: "ready"
        case .terminated: "failed"
        }
    }
}
