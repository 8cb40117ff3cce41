import Client
import Wire

/// The lines in which an attached `dstack apply` tells the transitions.
///
/// In a run of one job the run's own transitions repeat the job's: each step is told once.
struct TransitionLine: Equatable {
    private let isSingleJob: Bool
    private var submission: String?
    private var rank = -1

    init(isSingleJob: Bool) {
        self.isSingleJob = isSingleJob
    }

    /// The line for a transition; `nil` for one that says nothing new.
    mutating func make(_ transition: Transition) -> StyledText? {
        guard isNews(transition) else {
            return nil
        }
        var line: StyledText = "\(TimeText.clock(transition.recordedAt), .secondary)  "
        if !isSingleJob, let name = transition.jobName ?? transition.runName {
            line += "\(name, .bold)  "
        }
        if let status = transition.to {
            line += StatusText.of(word: status, kind: transition.kind)
        }
        if let detail = Self.detail(transition) {
            line += StyledText((transition.to == nil ? "" : "  ") + detail, .secondary)
        }
        return line
    }

    private mutating func isNews(_ transition: Transition) -> Bool {
        guard isSingleJob, let status = transition.to, transition.kind == .run || transition.kind == .job else {
            return transition.to != nil || transition.kind == .note
        }
        if transition.kind == .job, let id = transition.jobSubmissionId, id != submission {
            // A new attempt begins again. The first one follows the run's own `submitted`.
            rank = submission == nil ? rank : -1
            submission = id
        }
        let next = Self.rank(status)
        if transition.kind == .run, status == RunStatus.pending.rawValue {
            rank = next
            return true
        }
        guard next > rank else {
            return false
        }
        rank = next
        return true
    }

    /// How far on its way a status is.
    private static func rank(_ status: String) -> Int {
        switch status {
        case "pending": -1
        case "submitted": 0
        case "provisioning": 1
        case "pulling": 2
        case "running": 3
        case "terminating": 4
        default: 5
        }
    }

    private static func detail(_ transition: Transition) -> String? {
        if let reason = transition.reason, !reason.isEmpty {
            return reason
        }
        return transition.kind == .note ? transition.message : nil
    }
}
