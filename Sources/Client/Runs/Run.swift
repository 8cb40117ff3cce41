import Wire

/// A run, as last seen, with what can be done with it.
public struct Run: Sendable {
    /// The project that it belongs to.
    public let dstack: Dstack
    /// The run as the server told it last; see ``refreshed()``.
    public let model: Wire.Run

    /// Creates a run from what the server told.
    public init(dstack: Dstack, model: Wire.Run) {
        self.dstack = dstack
        self.model = model
    }

    /// The run's name.
    public var name: String { model.runSpec.runName ?? model.id }
    /// Its status when it was last seen.
    public var status: RunStatus { model.status }

    /// The run as it is now.
    public func refreshed() async throws(ClientError) -> Run {
        Run(dstack: dstack, model: try await dstack.api.runs.get(project: dstack.project, id: model.id))
    }

    /// Asks the server to stop it: gracefully, or with `abort` at once. Does not wait for the end.
    public func stop(abort: Bool = false) async throws(ClientError) {
        try await dstack.api.runs.stop(project: dstack.project, names: [name], abort: abort)
    }

    /// Its transitions and those of its jobs, history first, then live, to its end.
    public func transitions(since: Int64 = 0) -> TransitionStream {
        dstack.api.runs.transitions(project: dstack.project, run: model.id, since: since)
    }

    /// Waits for its end, and returns it as it is then.
    public func finished() async throws -> Run {
        if !status.isFinished {
            for try await _ in transitions() {}
        }
        return try await refreshed()
    }

    /// A job by its replica and number. Without a replica: a running one if any is, else the first.
    public func job(replica: Int? = nil, number: Int = 0) -> Job? {
        let jobs = model.jobs.filter { $0.jobSpec.jobNum == number }
        if let replica {
            return jobs.first { $0.jobSpec.replicaNum == replica }
        }
        let running = jobs.filter { $0.jobSubmissions.last?.status == .running }
        return (running.isEmpty ? jobs : running).min { $0.jobSpec.replicaNum < $1.jobSpec.replicaNum }
    }

    /// The log of a job's latest submission, as its commands wrote it; with `follow` until it is complete.
    /// `nil` when there is no such job.
    ///
    /// - Parameters:
    ///   - start: only what came after this moment.
    ///   - diagnose: what the runner says of the job, in place of what its commands say.
    public func logs(
        replica: Int? = nil, job: Int = 0, after start: Timestamp? = nil, diagnose: Bool = false, follow: Bool = true
    ) -> LogStream? {
        guard let submission = self.job(replica: replica, number: job)?.jobSubmissions.last else {
            return nil
        }
        return dstack.api.runs.log(
            project: dstack.project, run: model.id, submission: submission.id, after: start, diagnose: diagnose,
            follow: follow)
    }
}
