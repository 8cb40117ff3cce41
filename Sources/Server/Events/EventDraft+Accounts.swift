import Store

/// Events about projects, users and secrets themselves.
extension EventDraft {
    static func project(_ id: String, _ message: String, by actor: UserRecord, _ clock: ServerClock) -> EventDraft {
        EventDraft(
            id: clock.newID(), kind: .note, recordedAt: clock.now(), projectID: id, actorUserID: actor.id,
            message: message)
    }

    static func user(_ user: UserRecord, _ message: String, by actor: UserRecord, _ clock: ServerClock) -> EventDraft {
        EventDraft(
            id: clock.newID(), kind: .user, recordedAt: clock.now(), projectID: nil, actorUserID: actor.id,
            subjectID: user.id, subjectName: user.name, message: message)
    }

    /// Tells which fields of a user are others now, without the address, which is nobody else's business.
    static func user(
        _ user: UserRecord, changedFrom before: UserRecord, by actor: UserRecord, _ clock: ServerClock
    ) -> EventDraft {
        var fields: [String] = []
        if user.globalRole != before.globalRole { fields.append("global_role=\(user.globalRole.rawValue)") }
        if user.email != before.email { fields.append("email") }
        // In the words of dstack, whose values are Python's.
        if user.isActive != before.isActive { fields.append("active=\(user.isActive ? "True" : "False")") }
        let list = fields.isEmpty ? "<none>" : fields.joined(separator: ", ")
        return .user(user, "User updated. Updated fields: \(list)", by: actor, clock)
    }

    static func secret(
        id: String, name: String, of projectID: String, _ message: String, by actor: UserRecord, _ clock: ServerClock
    ) -> EventDraft {
        EventDraft(
            id: clock.newID(), kind: .secret, recordedAt: clock.now(), projectID: projectID, actorUserID: actor.id,
            subjectID: id, subjectName: name, message: message)
    }
}
