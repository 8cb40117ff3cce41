import Wire

extension RunsAPI {
    /// The transitions of a run and of its jobs after the given place in the history, then live, to the run's end.
    ///
    /// A server that has no such stream, as dstack's own, is asked for the run every two seconds: what came and went
    /// between is not told, and the places in the history are those of this stream alone.
    ///
    /// - Parameters:
    ///   - run: the run's id or name.
    ///   - since: the `seq` of the last transition that is known; 0 for the whole history.
    public func transitions(project: String, run: String, since: Int64 = 0) -> TransitionStream {
        TransitionStream(
            client: client, path: "/api/project/\(percentEncoded(project))/runs/\(percentEncoded(run))/events",
            since: since, run: TransitionStream.RunToFollow(project: project, run: run))
    }

    /// The transitions of all runs of a project, without end. Throws an error with
    /// ``ClientError/isMissingEndpoint`` where the server has no such stream.
    ///
    /// - Parameter since: the `seq` of the last transition that is known; 0 for the whole history.
    public func transitions(project: String, since: Int64 = 0) -> TransitionStream {
        TransitionStream(
            client: client, path: "/api/project/\(percentEncoded(project))/events?follow=1", since: since,
            run: nil)
    }

    /// The bytes of one submission's log.
    ///
    /// - Parameters:
    ///   - run: the run's id or name.
    ///   - submission: the job submission's id.
    ///   - offset: the place of the first byte that is wanted.
    ///   - start: only what came after this moment; the offset then counts for nothing.
    ///   - diagnose: what the runner says of the job, in place of what its commands say.
    ///   - follow: whether to go on until the log is complete.
    public func log(
        project: String, run: String, submission: String, offset: Int64 = 0, after start: Timestamp? = nil,
        diagnose: Bool = false, follow: Bool
    ) -> LogStream {
        LogStream(
            client: client, project: project, run: run, submission: submission, offset: offset, start: start,
            diagnose: diagnose, follow: follow)
    }
}
