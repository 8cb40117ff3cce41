import Wire

/// The end of a job as the runner tells it.
struct Verdict: Equatable, Sendable {
    /// `done`, `failed` or `terminated`.
    var state: JobStatus
    var reason: JobTerminationReason?
    var message: String?
    var exitStatus: Int?

    /// The job ended by itself.
    static func ended(_ status: ExitStatus) -> Verdict {
        guard status != .exited(0) else {
            return Verdict(state: .done, reason: .doneByRunner, message: nil, exitStatus: 0)
        }
        return Verdict(
            state: .failed, reason: .containerExitedWithError, message: status.words, exitStatus: status.code)
    }

    /// The job never ran.
    static func notStarted(_ message: String) -> Verdict {
        Verdict(state: .failed, reason: .executorError, message: message, exitStatus: nil)
    }

    /// The job was ended for `cause`.
    static func stopped(_ cause: StopCause, _ status: ExitStatus?) -> Verdict {
        let exitStatus = status?.code
        switch cause {
        case .request:
            return Verdict(
                state: .terminated, reason: nil, message: status.map { "stopped; \($0.words)" } ?? "stopped",
                exitStatus: exitStatus)
        case .maxDuration(let seconds):
            return Verdict(
                state: .terminated, reason: .maxDurationExceeded,
                message: "ran longer than its max_duration of \(seconds) s", exitStatus: exitStatus)
        case .logQuota(let bytes):
            return Verdict(
                state: .failed, reason: .logQuotaExceeded,
                message: "wrote more than \(bytes) bytes of logs in an hour", exitStatus: exitStatus)
        case .logFailure(let why):
            return Verdict(
                state: .failed, reason: .executorError, message: "its logs could not be kept: \(why)",
                exitStatus: exitStatus)
        }
    }
}

/// Why the runner ends a job that would run on.
enum StopCause: Equatable, Sendable {
    /// Somebody asked: the server, or SIGTERM to the runner.
    case request
    case maxDuration(seconds: Int)
    case logQuota(bytes: Int)
    case logFailure(String)
}
