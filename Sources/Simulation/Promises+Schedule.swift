import Foundation
import JobActors
import Store
import Wire

/// What is promised to runs with a schedule.
extension Promises {
    func checkSchedules() -> [String] {
        tables.runs.values.flatMap { run -> [String] in
            let machine = try? JSONDecoder().decode(RunMachine.self, from: Data(run.state))
            guard let schedule = machine?.policy.schedule?.schedule else { return [] }
            return check(run, schedule) + checkRounds(run)
        }
    }

    /// A run says the moment that it waits for; that moment is its schedule's, later than the one before, and has one
    /// start, not before it came.
    private func check(_ run: RunRecord, _ schedule: Schedule) -> [String] {
        let name = "run \(run.name)"
        var broken: [String] = []
        var announced: Timestamp?
        var last: Timestamp?
        for event in tables.events.map(\.draft) where event.runID == run.id {
            if let next = Self.moment(in: event.message, behind: "Next start: ") {
                if let announced { broken.append("\(name) waits for \(next) and still waits for \(announced)") }
                let fitting = schedule.next(after: max(event.recordedAt, last ?? event.recordedAt))
                if next != fitting { broken.append("\(name) waits for \(next), which is not its next moment") }
                announced = next
            } else if event.jobNum == 0, let due = Self.moment(in: event.message, behind: "by schedule, due ") {
                if announced != due { broken.append("\(name) was started for \(due), for which it did not wait") }
                if let last, due <= last { broken.append("\(name) was started for \(due) after \(last)") }
                if plan.clockJumps == 0 { broken += promptness(of: event, due, name) }
                announced = nil
                last = due
            }
        }
        return broken
    }

    private func promptness(of start: EventDraft, _ due: Timestamp, _ name: String) -> [String] {
        if start.recordedAt < due { return ["\(name) was started before \(due)"] }
        let isLate = start.recordedAt > due.advanced(by: .seconds(1))
        return isLate && plan.isPlacementPrompt && plan.crashes == 0 ? ["\(name) was started late for \(due)"] : []
    }

    /// A job has a new submission only when the one before has ended.
    private func checkRounds(_ run: RunRecord) -> [String] {
        var ended: Set<String> = []
        var broken: [String] = []
        func key(_ event: EventDraft, _ submission: Int) -> String { "\(event.jobNum ?? -1)#\(submission)" }
        for event in tables.events.map(\.draft) where event.runID == run.id && event.kind == .job {
            guard let number = event.submissionNum, let to = event.to else { continue }
            if event.from == nil, number > 0, !ended.contains(key(event, number - 1)) {
                broken.append("job \(event.jobName ?? "-")#\(number) was submitted while the one before lived")
            }
            if JobStatus(rawValue: to)?.isFinished == true { ended.insert(key(event, number)) }
        }
        return broken
    }

    private static func moment(in message: String, behind words: String) -> Timestamp? {
        guard let range = message.firstRange(of: words) else { return nil }
        let rest = message[range.upperBound...].prefix { $0 != " " }
        return Timestamp(String(rest.hasSuffix(".") ? rest.dropLast() : rest))
    }
}
