import Store

/// Which events a stream tells.
enum EventScope: Sendable, Equatable {
    /// Of one run, until its last transition.
    case run(id: String)
    /// Of all runs of a project, without an end.
    case project(id: String)

    func contains(_ event: EventRecord) -> Bool {
        switch self {
        case .run(let id): event.draft.runID == id
        case .project(let id): event.draft.projectID == id
        }
    }

    /// Whether nothing follows this event.
    func ends(with event: EventRecord) -> Bool {
        switch self {
        case .run: event.draft.isFinalTransition
        case .project: false
        }
    }
}

extension EventDraft {
    /// Whether this is a run's last transition.
    fileprivate var isFinalTransition: Bool {
        guard kind == .run, let to else { return false }
        return ["terminated", "failed", "done"].contains(to)
    }
}
