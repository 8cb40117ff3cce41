import Store
import Wire

/// What is shown of submissions that no row says, by their ids.
struct LiveFacts {
    /// How far the pulls of images are.
    var pulls: [String: ImagePullProgress] = [:]
    /// For how many seconds nobody has been connected.
    var unconnected: [String: Int] = [:]

    var isEmpty: Bool { pulls.isEmpty && unconnected.isEmpty }
}

extension Services {
    func liveFacts(of snapshots: [RunSnapshot], at now: Timestamp) async -> LiveFacts {
        let jobs = snapshots.flatMap(\.jobs)
        let pulling = jobs.filter { $0.status == .pulling }.map(\.id)
        var facts = LiveFacts(pulls: await supervisor.pullProgress(jobIDs: pulling))
        for job in jobs where job.status == .running {
            facts.unconnected[job.id] = connections.secondsUnconnected(jobID: job.id, at: now)
        }
        return facts
    }
}

extension Run {
    /// Whether the rows alone say what is shown of it until they change.
    func isOfRowsOnly(_ jobs: [JobRecord]) -> Bool {
        if jobs.contains(where: { $0.status == .pulling }) { return false }
        // For how long nobody has been connected is told while it runs.
        if !status.isFinished, runSpec.configuration.inactivity != nil { return false }
        // While the jobs of a scheduled run live, its next moment follows from the time.
        return nextTriggeredAt == nil || status == .pending
    }
}
