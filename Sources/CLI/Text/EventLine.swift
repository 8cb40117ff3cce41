import Wire

/// One line of `dstack event`.
enum EventLine {
    static func make(_ event: Event, project: String) -> StyledText {
        let targets = event.targets.map { target in
            let isForeign = target.type != "project" && target.projectName.map { $0 != project } ?? false
            return "\(target.type) \(isForeign ? "\(target.projectName ?? "")/" : "")\(target.name)"
        }
        var line = StyledText("[\(TimeText.dateAndClock(event.recordedAt))] ", .secondary)
        if let user = event.actorUser {
            line += StyledText("[👤\(user)] ", .secondary)
        }
        line += StyledText("[\(targets.joined(separator: ", "))] ", .secondary)
        return line + StyledText(event.message)
    }
}
