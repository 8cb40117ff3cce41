import JobActors
import ServiceLifecycle
import Store
import Supervisor
import Wire

extension RunDesk {
    private static let changed = APIError.client(
        "Failed to apply plan. Resource has been changed. Try again or use force apply.")

    /// What a user takes the run of a name for.
    enum Expectation: Sendable {
        /// It is to be changed whatever it is.
        case anything
        /// What a plan showed; nil for no run.
        case seen(Run?)

        fileprivate func isMet(by run: RunRecord, _ spec: RunSpec) -> Bool {
            switch self {
            case .anything: true
            case .seen(let seen): seen?.id == run.id && seen?.runSpec == spec
            }
        }
    }

    /// Changes a run that lives, in place.
    ///
    /// - Returns: false where the run ended or changed meanwhile: then everything is to be judged anew.
    func update(_ current: RunRecord, to spec: RunSpec, over expectation: Expectation, by asker: Asker) async throws
        -> Bool
    {
        let old = try RunSpec(json: current.spec)
        guard let change = RunSpecUpdate(from: old, to: spec) else { throw Self.active }
        guard expectation.isMet(by: current, old) else { throw Self.changed }
        let update = RunUpdate(
            eventID: services.clock.newID(), deployment: current.deploymentNum,
            spec: String(decoding: try WireJSON.encode(spec), as: UTF8.self),
            priority: spec.configuration.base.priority ?? 0, changedFields: change.changedFields,
            userID: asker.user.id, inactivity: change.inactivity.map { InactivityChange(seconds: $0) })
        return try await cancelWhenGracefulShutdown { try await verdict(on: update, of: current) == nil }
    }

    /// Hands an update over and waits for the event that tells what became of it.
    ///
    /// - Returns: why it was refused, nil where it was taken.
    private func verdict(on update: RunUpdate, of run: RunRecord) async throws -> String? {
        let store = services.store
        var isSent = false
        while true {
            // Listens before the message can be read, so that its event cannot be missed.
            let feed = store.feed.subscribe()
            if isSent {
                // The feed let go of us; the event may have been told meanwhile.
                let filter = EventFilter(runs: [run.id], page: Page(limit: 100))
                if let event = try await store.events(filter).first(where: { $0.record.draft.id == update.eventID }) {
                    return event.record.draft.reason
                }
            } else {
                try await services.supervisor.update(runID: run.id, update)
                isSent = true
            }
            for await event in feed where event.draft.id == update.eventID { return event.draft.reason }
            try Task.checkCancellation()
        }
    }
}
