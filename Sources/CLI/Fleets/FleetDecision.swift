import Wire

/// What applying a plan means for a fleet that is there already, and what to ask the user.
struct FleetDecision: Equatable {
    /// What to say before asking.
    var notes: [StyledText] = []
    /// What to ask; `nil` where nothing is to be done.
    var question: StyledText?
    /// The fleet that has to be deleted first.
    var fleetToDelete: String?

    init(plan: FleetPlan, yes: Bool, force: Bool) {
        guard let current = plan.currentResource else {
            if let name = plan.spec.configuration.name { notes = ["Fleet \(name, .code) does not exist yet."] }
            question = "Create the fleet?"
            return
        }
        let name = current.name
        let ready = current.instances.filter { $0.status == .idle || $0.status == .busy }.compactMap(\.hostname)
        let hosts = (current.spec.configuration.sshConfig?.hosts ?? []).map(\.hostname)
        let hasUnready = hosts.contains { !ready.contains($0) }
        let isSame = current.spec == (plan.effectiveSpec ?? plan.spec)
        switch (isSame, plan.action) {
        case (true, .update) where hasUnready:
            notes = ["Found fleet \(name, .code). Those of its hosts that are not ready are set up; the others stay."]
            question = "Set them up?"
        case (true, .create) where !hosts.isEmpty:
            notes = [
                "Found fleet \(name, .code). It names another key for its jump host, which \("cannot", .error) be"
                    + " changed in place."
            ]
            fleetToDelete = name
            question = "Re-create the fleet?"
        case (true, _):
            notes = ["Found fleet \(name, .code). No configuration changes detected."]
            if yes, !force {
                notes.append("Use --force to apply anyway.")
                return
            }
            fleetToDelete = name
            question = "Re-create the fleet?"
        case (false, .update):
            notes = ["Found fleet \(name, .code). These changes \("can", .code) be made in place:"]
            notes += Self.changes(from: current.spec, to: plan.effectiveSpec ?? plan.spec)
            question = "Update the fleet in place?"
        case (false, _):
            notes = [
                "Found fleet \(name, .code). Its configuration has changes that \("cannot", .error) be made in place."
            ]
            fleetToDelete = name
            question = "Re-create the fleet?"
        }
    }

    /// Hosts that come and go.
    private static func changes(from old: FleetSpec, to new: FleetSpec) -> [StyledText] {
        let before = (old.configuration.sshConfig?.hosts ?? []).map(\.hostname)
        let after = (new.configuration.sshConfig?.hosts ?? []).map(\.hostname)
        let changes =
            after.filter { !before.contains($0) }.map { "- new host \($0, .code)" as StyledText }
            + before.filter { !after.contains($0) }.map { "- host \($0, .code) is given back" }
        return changes.isEmpty ? ["- keys, for hosts that are not ready"] : changes
    }
}

extension SSHHost {
    fileprivate var hostname: String {
        switch self {
        case .address(let hostname): hostname
        case .params(let params): params.hostname
        }
    }
}
