import Client
import Wire

/// What an attached `dstack apply` or `dstack attach` shows, in which order. Pure: the attachment around it performs the
/// actions.
///
/// The transitions and the log come on two connections. A job's last transitions wait until its log has ended,
/// so that what the commands said last does not come after the news of their end.
struct AttachMachine: Equatable {
    enum Log: Equatable {
        case none
        case following(submission: String)
    }

    enum Action: Equatable {
        case show(Transition)
        /// A submission of the job runs, and its log is not to be shown.
        case attach(submission: String)
        /// A submission of the job runs: start to show its log; exactly one ``AttachMachine/logEnded(submission:)``
        /// follows.
        case follow(submission: String)
        /// The run has ended and all was shown.
        case finish
    }

    /// The job that is attached to.
    var replica = 0
    var job = 0
    /// Its first submission that counts.
    var firstSubmission = 0
    var showsLog = true
    private(set) var log = Log.none
    /// Transitions that wait for the end of the log, in their order.
    private(set) var held: [Transition] = []
    private(set) var isFinished = false

    /// The server told a transition.
    mutating func transition(_ transition: Transition) -> [Action] {
        guard !isFinished else {
            return []
        }
        if case .following(let submission) = log, !held.isEmpty || mustWait(transition, submission) {
            held.append(transition)
            return []
        }
        var actions: [Action] = [.show(transition)]
        if let submission = startsLog(transition) {
            if showsLog {
                log = .following(submission: submission)
                actions.append(.follow(submission: submission))
            } else {
                actions.append(.attach(submission: submission))
            }
        }
        if transition.endsRun {
            isFinished = true
            actions.append(.finish)
        }
        return actions
    }

    /// A submission's log is complete, or cannot be had.
    mutating func logEnded(submission: String) -> [Action] {
        guard log == .following(submission: submission) else {
            return []
        }
        log = .none
        let waiting = held
        held = []
        return waiting.flatMap { self.transition($0) }
    }

    /// The log that is shown is that of one job, whatever the number of jobs.
    private func startsLog(_ transition: Transition) -> String? {
        guard transition.kind == .job, transition.to == JobStatus.running.rawValue,
            transition.jobNum ?? 0 == job, transition.replicaNum ?? 0 == replica,
            transition.submissionNum ?? firstSubmission >= firstSubmission, log == .none
        else {
            return nil
        }
        return transition.jobSubmissionId
    }

    private func mustWait(_ transition: Transition, _ submission: String) -> Bool {
        switch transition.kind {
        case .run:
            return transition.endsRun || transition.to == RunStatus.pending.rawValue
        case .job:
            let status = transition.to.flatMap(JobStatus.init(rawValue:))
            return transition.jobSubmissionId == submission && status?.isFinished == true
        case .instance, .note:
            return false
        }
    }
}
