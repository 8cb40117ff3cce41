import JobActors
import Store
import Wire

extension Promises {
    /// What ended because nobody was connected was alone for as long as its user said, at the least.
    func checkInactivity(_ job: JobRecord, _ name: String) -> [String] {
        guard job.terminationReason == .inactivityDurationExceeded else { return [] }
        let draft = runs.first { tables.runs[job.runID]?.name == $0.name }?.jobs.first { $0.jobNum == job.jobNum }
        let limits =
            [draft?.policy.inactivity].compactMap(\.self)
            + updates.filter { $0.runID == job.runID }.compactMap { $0.update.inactivity?.seconds }
        guard let shortest = limits.min() else { return ["\(name) ended alone, and it had all the time"] }
        guard let execution = executions.last(where: { $0.submissionID == job.id }) else {
            return ["\(name) ended alone and never ran"]
        }
        let end = execution.end ?? job.finishedAt ?? job.lastProcessedAt
        guard end.since(execution.left) >= .seconds(shortest) else {
            return ["\(name) ended \(end.since(execution.left)) after its last client had left, not \(shortest) s"]
        }
        return []
    }
}
