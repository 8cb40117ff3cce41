import Store
import Wire

/// A user's change to a run that lives.
public struct RunUpdate: Codable, Equatable, Sendable {
    /// Id of the event that tells what became of it.
    public var eventID: String
    /// The number of the deployment that the change was made from: over another one it is refused.
    public var deployment: Int
    /// The run's new specification as JSON.
    public var spec: String
    public var priority: Int
    /// Paths of the properties that differ, as `configuration.priority`.
    public var changedFields: [String]
    public var userID: String
    /// Where it changes for how long nobody may be connected.
    public var inactivity: InactivityChange?

    public init(
        eventID: String, deployment: Int, spec: String, priority: Int, changedFields: [String], userID: String,
        inactivity: InactivityChange? = nil
    ) {
        self.eventID = eventID
        self.deployment = deployment
        self.spec = spec
        self.priority = priority
        self.changedFields = changedFields
        self.userID = userID
        self.inactivity = inactivity
    }
}

/// Why a run does not take an update; the `reason` of the event that says so.
public enum UpdateRefusal: String, Sendable {
    /// The run has its final status.
    case finished
    /// The run was changed after the update was made.
    case outdated
}

/// What a run decided about an update.
public struct UpdateVerdict: Sendable, Equatable {
    public var update: RunUpdate
    /// nil where the run took it.
    public var refusal: UpdateRefusal?

    /// The event that tells whoever waits for it.
    func event(of run: RunRecord, at now: Timestamp) -> EventDraft {
        let text =
            switch refusal {
            case nil:
                "Run updated. Deployment: \(update.deployment + 1)."
                    + " Changed fields: \(update.changedFields.joined(separator: ", "))"
            case .finished: "Run not updated: it has ended"
            case .outdated: "Run not updated: it was changed meanwhile"
            }
        return EventDraft(
            id: update.eventID, kind: .note, recordedAt: now, projectID: run.projectID, actorUserID: update.userID,
            runID: run.id, runName: run.name, reason: refusal?.rawValue, message: text)
    }
}
