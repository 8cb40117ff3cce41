import Wire

/// What applying a plan means for a run that is there already, and what to ask the user.
struct ApplyDecision: Equatable {
    /// What to say before asking.
    var notes: [StyledText] = []
    /// What to ask; `nil` where nothing is to be done.
    var question: StyledText?
    /// The active run that is in the way.
    var runToStop: String?

    init(plan: RunPlan, yes: Bool, force: Bool) {
        let name = plan.runSpec.runName
        question = name.map { "Submit the run \($0, .code)?" } ?? "Submit a new run?"
        guard let current = plan.currentResource, let name else {
            return
        }
        let changes = RunSpecChanges.between(current.runSpec, plan.effectiveRunSpec ?? plan.runSpec)
        switch (plan.action, changes.isEmpty) {
        case (.update, false):
            notes = ["Active run \(name, .code) already exists. These changes \("can", .code) be made in place:"]
            notes += changes.map { StyledText($0) }
            question = "Update the run?"
        case (.update, true):
            notes = ["Active run \(name, .code) already exists. Nothing has changed."]
            if yes, !force {
                notes.append("Use --force to apply anyway.")
                question = nil
                return
            }
            runToStop = name
            question = "Stop and override the run?"
        case (.create, _) where !current.status.isFinished:
            notes = [
                "Active run \(name, .code) already exists. These changes \("cannot", .error) be made in place:"
            ]
            notes += changes.map { StyledText($0) }
            runToStop = name
            question = "Stop and override the run?"
        case (.create, _):
            break
        }
    }
}
