import Foundation
import JobActors
import Store
import Supervisor
import Wire

/// What the engine promises, checked against what happened in a world.
struct Promises {
    let tables: SimulatedDatabase.Tables
    let executions: [Ledger.Execution]
    let tasks: [Ledger.Task]
    /// Submissions whose containers could not be started.
    let refusals: [String]
    let isAtRest: Bool
    let hosts: [(name: String, taskIDs: [String])]
    /// What the users submitted.
    let runs: [RunSubmission]
    let updates: [Wishes.Sent]
    let plan: FaultPlan
    let lifeStarts: [Timestamp]
    /// What users' fleets were and are.
    let fleets: [Scenario.UserFleet]
    /// The instance that each host was set up for last; nil where nothing is on it.
    let owners: [String: String?]
    /// Hosts that let the project's key in.
    let open: [String]
    /// The kept log of a submission.
    let log: (String) -> [UInt8]

    /// Each broken promise in words.
    func broken() -> [String] {
        var broken: [String] = []
        if !isAtRest { broken.append("the world did not come to rest") }
        if tables.runs.count != runs.count { broken.append("\(tables.runs.count) of \(runs.count) runs exist") }
        for run in tables.runs.values { broken += check(run) }
        for job in tables.jobs.values { broken += check(job) }
        broken += checkRefusals() + overlaps() + checkSchedules() + checkSuperseded() + checkUpdates()
        broken += checkPriorities() + checkNodes() + checkFleets()
        if keptSecret { broken.append("a row or an event holds the value of a secret") }
        for host in hosts where !host.taskIDs.isEmpty {
            broken.append("\(host.name) still has tasks: \(host.taskIDs.joined(separator: ", "))")
        }
        for execution in executions where execution.end == nil {
            broken.append("submission \(execution.submissionID) still runs")
        }
        for claim in tables.claims { broken.append("job \(claim.key) still holds a slot") }
        for message in tables.messages.values {
            let name = tables.runs[message.recipientID]?.name ?? tables.jobs[message.recipientID]?.name ?? "nothing"
            broken.append("a message to \(name) was not handled: \(String(decoding: message.body, as: UTF8.self))")
        }
        return broken
    }

    private var keptSecret: Bool {
        let secret = Array(SimulatedStore.secret.utf8)
        let texts = tables.jobs.values.flatMap { [$0.spec, $0.state, Array(($0.terminationMessage ?? "").utf8)] }
        return texts.contains { $0.contains(secret) }
            || tables.events.contains { $0.draft.message.contains(SimulatedStore.secret) }
    }

    private func check(_ run: RunRecord) -> [String] {
        let name = "run \(run.name)"
        var broken: [String] = []
        if !run.status.isFinished { broken.append("\(name) has no final status: \(run.status.rawValue)") }
        let events = tables.events.map(\.draft).filter { $0.kind == .run && $0.runID == run.id && $0.to != nil }
        broken += chain(events, last: run.status.rawValue, name)
        let latest = Dictionary(
            tables.jobs.values.filter { $0.runID == run.id }.map { ($0.jobNum, $0) },
            uniquingKeysWith: { old, new in old.submissionNum > new.submissionNum ? old : new })
        if run.status == .done {
            for job in latest.values.sorted(by: { $0.jobNum < $1.jobNum })
            where job.status != .done && run.terminationReason == .allJobsDone && job.jobNum == 0 {
                broken.append("\(name) is done and its first job is \(job.status.rawValue)")
            }
        }
        return broken
    }

    private func check(_ job: JobRecord) -> [String] {
        let name = "job \(job.name)#\(job.submissionNum)"
        var broken: [String] = []
        if !job.status.isFinished { broken.append("\(name) has no final status: \(job.status.rawValue)") }
        let events = tables.events.map(\.draft).filter { $0.kind == .job && $0.jobID == job.id && $0.to != nil }
        broken += chain(events, last: job.status.rawValue, name)
        if let reason = job.terminationReason, reason.status != job.status {
            broken.append("\(name) is \(job.status.rawValue) for the reason \(reason.rawValue)")
        }
        broken += checkLog(job, name)
        broken += checkInactivity(job, name)
        if plan.hostRestarts == 0, job.terminationMessage == JobMachine.forgotten.message {
            broken.append("\(name) is taken for forgotten, and its host never forgets")
        }
        if job.terminationMessage?.contains(SimulatedDisk.words) == true {
            broken.append("\(name) ended of a full disk")
        }
        // The nodes beside a master that is done are done by decree.
        if job.status == .done, !(job.jobNum > 0 && endsWithMaster(job.runID)),
            !executions.contains(where: { $0.submissionID == job.id && $0.isComplete })
        {
            broken.append("\(name) is done and never ran to its end")
        }
        return broken
    }

    private func endsWithMaster(_ runID: String) -> Bool {
        guard let run = tables.runs[runID] else { return false }
        return (try? JSONDecoder().decode(RunMachine.self, from: Data(run.state)))?.policy.endsWithMaster ?? false
    }

    /// A row's events lead from its first status to its last without a gap.
    func chain(_ events: [EventDraft], last: String, _ name: String) -> [String] {
        var broken: [String] = []
        if events.last?.to != last {
            broken.append("\(name) is \(last) and its last event says \(events.last?.to ?? "nothing")")
        }
        for (earlier, later) in zip(events, events.dropFirst()) where earlier.to != later.from {
            broken.append("\(name) goes from \(earlier.to ?? "-") to \(later.to ?? "-") by way of \(later.from ?? "-")")
        }
        if Set(events.map(\.id)).count != events.count { broken.append("\(name) has an event twice") }
        return broken
    }

    /// A kept log is a prefix of what was written: whole, or an event says that it was cut off.
    private func checkLog(_ job: JobRecord, _ name: String) -> [String] {
        let kept = log(job.id)
        let written = executions.filter { $0.submissionID == job.id }.map(\.logBytes).max() ?? 0
        if kept != JobScript.log(of: job.id, 0..<Int64(kept.count)) {
            return ["\(name) has a log with gaps or doubles"]
        }
        if Int64(kept.count) > written { return ["\(name) has more log than was written"] }
        if Int64(kept.count) == written { return [] }
        let isStated = tables.events.contains { event in
            event.draft.kind == .note && event.draft.jobID == job.id
                && event.draft.message.contains("log is kept")
        }
        return isStated ? [] : ["\(name) lost \(written - Int64(kept.count)) bytes of log and no event says so"]
    }

    /// What could not be started did not run, and says why, unless its end was decided before.
    private func checkRefusals() -> [String] {
        var broken: [String] = []
        for id in refusals {
            if executions.contains(where: { $0.submissionID == id }) { broken.append("refused submission \(id) ran") }
            guard let job = tables.jobs[id], job.terminationReason == .creatingContainerError else { continue }
            if job.terminationMessage?.isEmpty ?? true {
                broken.append("job \(job.name) failed to start without a word")
            }
        }
        return broken
    }

    /// No submission runs twice, and no two submissions of one job at once.
    private func overlaps() -> [String] {
        var broken: [String] = []
        for (index, first) in executions.enumerated() {
            for second in executions[(index + 1)...] where first.runID == second.runID && first.jobNum == second.jobNum
            {
                if first.submissionID == second.submissionID {
                    broken.append("submission \(first.submissionID) ran twice")
                } else if first.end.map({ $0 > second.start }) ?? true {
                    broken.append("job \(first.jobNum) of run \(first.runID) ran twice at once")
                }
            }
        }
        return broken
    }
}
