import Store
import Wire

/// Statuses in the short words that dstack's clients show.
enum StatusText {
    /// What became of a submission, or its status.
    static func message(of job: JobRecord) -> String {
        switch (job.status, job.terminationReason) {
        case (.done, _): "exited (0)"
        case (.failed, .containerExitedWithError):
            "exited (\(job.exitStatus.map(String.init) ?? "None"))"
        case (.failed, .failedToStartDueToNoCapacity):
            job.terminationMessage?.contains("No matching fleet found") == true ? "no fleets" : "no capacity"
        case (.failed, .interruptedByNoCapacity): "interrupted"
        case (.failed, _): "error"
        case (.terminated, .terminatedByUser): "stopped"
        case (.terminated, .abortedByUser): "aborted"
        case (.submitted, _), (.provisioning, _), (.pulling, _), (.running, _), (.terminating, _),
            (.terminated, _), (.aborted, _):
            job.status.rawValue
        }
    }

    /// A run's status, or `pulling` and `retrying`, which are no statuses of runs.
    ///
    /// - Parameter jobs: submissions by replica, job and submission number.
    static func message(of run: RunRecord, jobs: [JobRecord]) throws -> String {
        var latest: [JobRecord] = []
        for job in jobs {
            if let last = latest.last, last.replicaNum == job.replicaNum, last.jobNum == job.jobNum {
                latest[latest.count - 1] = job
            } else {
                latest.append(job)
            }
        }
        if latest.isEmpty { return run.status.rawValue }
        if latest.allSatisfy({ $0.status == .pulling }) { return "pulling" }
        if run.status == .submitted || run.status == .pending {
            let retries = try latest.contains { last in
                let ended = jobs.last {
                    $0.replicaNum == last.replicaNum && $0.jobNum == last.jobNum && $0.terminationReason != nil
                }
                // A schedule submits a job again too, whatever its policy covers.
                guard ended?.terminationReason == .failedToStartDueToNoCapacity else { return false }
                return try last.retryEvents.contains(.noCapacity)
            }
            if retries { return "retrying" }
        }
        return run.status.rawValue
    }
}

extension JobRecord {
    fileprivate var retryEvents: [RetryEvent] {
        get throws {
            guard case .policy(let policy)? = try JobSpec(json: spec).retry else { return [] }
            return policy.onEvents ?? []
        }
    }
}
