import Foundation
import JobActors
import Store
import Wire

extension Promises {
    /// Every update that was acknowledged is answered by one event, and the last that was taken is what the run
    /// is at its end.
    func checkUpdates() -> [String] {
        var broken: [String] = []
        let answers = tables.events.map(\.draft).filter { $0.kind == .note && $0.message.hasPrefix("Run ") }
        for sent in updates {
            let count = answers.count { $0.id == sent.update.eventID }
            if count > 1 || (sent.isAcknowledged && count == 0) {
                broken.append("update \(sent.update.eventID) has \(count) answers")
            }
        }
        for run in tables.runs.values {
            guard let submission = runs.first(where: { $0.name == run.name }) else { continue }
            let taken = answers.filter { $0.runID == run.id && $0.reason == nil }
            let last = taken.last.flatMap { answer in updates.first { $0.update.eventID == answer.id }?.update }
            if run.deploymentNum != taken.count {
                broken.append("run \(run.name) took \(taken.count) updates and is deployment \(run.deploymentNum)")
            }
            if run.priority != last?.priority ?? submission.priority
                || run.spec != last.map({ Array($0.spec.utf8) }) ?? submission.spec
            {
                broken.append("run \(run.name) is not what its last update says")
            }
        }
        return broken
    }

    /// Of a job's submissions that never found capacity only what says that it is retried is kept; the events of
    /// those that are gone tell their whole life.
    func checkSuperseded() -> [String] {
        var broken: [String] = []
        for job in tables.jobs.values where job.terminationReason == .failedToStartDueToNoCapacity {
            let isSuperseded = tables.jobs.values.contains {
                $0.runID == job.runID && $0.jobNum == job.jobNum && $0.submissionNum > job.submissionNum + 1
            }
            if isSuperseded, job.provisioningData == nil {
                broken.append("job \(job.name)#\(job.submissionNum) is kept")
            }
        }
        var gone: [String: [EventDraft]] = [:]
        for event in tables.events.map(\.draft) where event.kind == .job && event.to != nil {
            guard let id = event.jobID, tables.jobs[id] == nil else { continue }
            gone[id, default: []].append(event)
        }
        for (id, events) in gone.sorted(by: { $0.key < $1.key }) {
            broken += chain(events, last: JobStatus.failed.rawValue, "deleted job \(id)")
            if events.last?.reason != JobTerminationReason.failedToStartDueToNoCapacity.rawValue {
                broken.append("deleted job \(id) ended for the reason \(events.last?.reason ?? "-")")
            }
        }
        return broken
    }
}
