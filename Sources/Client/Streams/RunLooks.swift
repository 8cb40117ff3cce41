import Wire

/// Makes transitions out of looks at a run, for a server that answers and never pushes.
///
/// A status that came and went between two looks is not told, but for one: that a job ran. Its end shows it, and
/// whoever shows logs begins there.
struct RunLooks: Equatable {
    private var seq: Int64 = 0
    private var status: RunStatus?
    private var submissions: [String: JobStatus] = [:]

    /// What changed since the look before; at the first look, how the run came to be as it is, as far as it shows.
    mutating func look(_ run: Wire.Run, now: Timestamp) -> [Transition] {
        var transitions: [Transition] = []
        let all = run.jobs.flatMap { job in job.jobSubmissions.map { (job, $0) } }
        for (job, submission) in all where submissions[submission.id] != nil {
            transitions += changes(of: submission, job, run, now)
        }
        // A run's end is told after its jobs' ends, everything else before what follows from it.
        if !run.status.isFinished {
            transitions += change(of: run, now)
        }
        for (job, submission) in all where submissions[submission.id] == nil {
            transitions += changes(of: submission, job, run, now)
        }
        transitions += change(of: run, now)
        return transitions
    }

    private mutating func change(of run: Wire.Run, _ now: Timestamp) -> [Transition] {
        guard run.status != status else {
            return []
        }
        let time = run.status == .submitted ? run.submittedAt : now
        var transition = make(.run, run, at: time)
        transition.from = status?.rawValue
        transition.to = run.status.rawValue
        transition.reason = run.terminationReason?.rawValue
        status = run.status
        return [transition]
    }

    private mutating func changes(
        of submission: JobSubmission, _ job: Job, _ run: Wire.Run, _ now: Timestamp
    ) -> [Transition] {
        let old = submissions[submission.id]
        guard submission.status != old else {
            return []
        }
        submissions[submission.id] = submission.status
        var steps = [submission.status]
        if submission.status != .running, old != .running, old != .terminating, Self.hasRun(submission) {
            steps.insert(.running, at: 0)
        }
        var from = old
        return steps.map { step in
            let time = step.isFinished ? submission.finishedAt ?? now : now
            var transition = make(.job, run, at: step == .submitted ? submission.submittedAt : time)
            transition.jobName = job.jobSpec.jobName
            transition.jobSubmissionId = submission.id
            transition.replicaNum = job.jobSpec.replicaNum
            transition.jobNum = job.jobSpec.jobNum
            transition.submissionNum = submission.submissionNum
            transition.from = from?.rawValue
            transition.to = step.rawValue
            transition.reason = step == .running ? nil : submission.terminationReason?.rawValue
            from = step
            return transition
        }
    }

    private mutating func make(_ kind: Transition.Kind, _ run: Wire.Run, at time: Timestamp) -> Transition {
        seq += 1
        return Transition(
            seq: seq, id: "\(run.id)/\(seq)", recordedAt: time, runId: run.id, runName: run.runSpec.runName, kind: kind)
    }

    /// Whether a job that is being ended or has ended shows that its commands ran.
    private static func hasRun(_ submission: JobSubmission) -> Bool {
        switch submission.status {
        case .submitted, .provisioning, .pulling, .running: false
        case .terminating, .terminated, .aborted, .failed, .done:
            submission.exitStatus != nil || submission.status == .done
                || submission.terminationReason == .doneByRunner
                || submission.terminationReason == .containerExitedWithError
        }
    }
}
