import JobActors
import Store
import Supervisor
import Wire

extension Promises {
    /// What an actor needs at most to stand in the queue or to write what it was granted, with room to spare.
    private static let moment = Duration.seconds(1)

    /// No job is placed while one of higher priority waits.
    ///
    /// Who waits is read from the events, which an actor writes moments before or after it stands in the queue:
    /// so it counts only what was true for a moment before and after, in worlds where moments are short.
    func checkPriorities() -> [String] {
        // On hosts of several kinds a job may rightly go before one that needs more than is free.
        guard plan.isPlacementPrompt, fleets.isEmpty else { return [] }
        let placements = tables.events.map(\.draft).filter { $0.kind == .job && $0.to == "provisioning" }
        return placements.flatMap(overtaken)
    }

    private func overtaken(by placed: EventDraft) -> [String] {
        let time = placed.recordedAt
        let (start, end) = (time.advanced(by: .zero - Self.moment), time.advanced(by: Self.moment))
        // A server that just began has its jobs queue in any order.
        if lifeStarts.contains(where: { $0 > start.advanced(by: .zero - Self.moment) && $0 <= time }) { return [] }
        let own = priorities(of: placed.runID, from: start, to: end)
        return waiting(from: start, to: end).compactMap { other in
            guard let highest = own.max(), let lowest = priorities(of: other.runID, from: start, to: end).min(),
                lowest > highest
            else { return nil }
            return "\(placed.jobName ?? "-") of priority \(highest) was placed before \(other.jobName ?? "-")"
                + " of priority \(lowest)"
        }
    }

    /// The creation of each submission that was neither placed nor ended all that time.
    private func waiting(from start: Timestamp, to end: Timestamp) -> [EventDraft] {
        let events = tables.events.map(\.draft).filter { $0.kind == .job && $0.to != nil && $0.recordedAt <= end }
        return events.filter { created in
            created.to == "submitted" && created.recordedAt < start
                && !events.contains { $0.jobID == created.jobID && $0.from == "submitted" }
        }
    }

    /// The priorities that a run had in a span of time.
    private func priorities(of runID: String?, from start: Timestamp, to end: Timestamp) -> [Int] {
        guard let run = runID.flatMap({ tables.runs[$0] }) else { return [] }
        var priorities = runs.filter { $0.name == run.name }.map(\.priority)
        for event in tables.events.map(\.draft) where event.runID == run.id && event.recordedAt <= end {
            guard let update = updates.first(where: { $0.update.eventID == event.id })?.update, event.reason == nil
            else { continue }
            if event.recordedAt < start { priorities = [] }
            priorities.append(update.priority)
        }
        return priorities
    }
}
