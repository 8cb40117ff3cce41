import Store

extension EventDraft {
    /// An event about a project itself.
    static func project(_ id: String, _ message: String, by actor: UserRecord, _ clock: ServerClock) -> EventDraft {
        EventDraft(
            id: clock.newID(), kind: .note, recordedAt: clock.now(), projectID: id, actorUserID: actor.id,
            message: message)
    }
}
