extension RunsAPI {
    /// The transitions of a run and of its jobs after the given place in the history, then live, to the run's end.
    ///
    /// - Parameter since: the `seq` of the last transition that is known; 0 for the whole history.
    public func transitions(project: String, run: String, since: Int64 = 0) -> TransitionStream {
        TransitionStream(
            client: client, path: "/api/project/\(percentEncoded(project))/runs/\(percentEncoded(run))/events",
            since: since, endsWithRun: true)
    }

    /// The transitions of all runs of a project, without end.
    ///
    /// - Parameter since: the `seq` of the last transition that is known; 0 for the whole history.
    public func transitions(project: String, since: Int64 = 0) -> TransitionStream {
        TransitionStream(
            client: client, path: "/api/project/\(percentEncoded(project))/events?follow=1", since: since,
            endsWithRun: false)
    }

    /// The bytes of one submission's log.
    ///
    /// - Parameters:
    ///   - submission: the job submission's id.
    ///   - offset: the place of the first byte that is wanted.
    ///   - follow: whether to go on until the log is complete.
    public func log(
        project: String, run: String, submission: String, offset: Int64 = 0, follow: Bool
    ) -> LogStream {
        let path =
            "/api/project/\(percentEncoded(project))/runs/\(percentEncoded(run))/logs"
            + "?job_submission_id=\(percentEncoded(submission))&follow=\(follow ? 1 : 0)"
        return LogStream(client: client, path: path, offset: offset)
    }
}
