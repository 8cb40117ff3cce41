/// Why a run ended. The raw value is dstack's name on the wire.
public enum RunTerminationReason: String, Codable, Sendable, CaseIterable {
    case allJobsDone = "all_jobs_done"
    case jobFailed = "job_failed"
    case retryLimitExceeded = "retry_limit_exceeded"
    case stoppedByUser = "stopped_by_user"
    case abortedByUser = "aborted_by_user"
    case serverError = "server_error"
    case gatewayError = "gateway_error"

    /// The final status of a run that ends so.
    public var status: RunStatus {
        switch self {
        case .allJobsDone: .done
        case .jobFailed, .retryLimitExceeded, .serverError, .gatewayError: .failed
        case .stoppedByUser, .abortedByUser: .terminated
        }
    }

    /// The reason given to jobs that still live when their run ends so.
    public var jobReason: JobTerminationReason {
        switch self {
        case .allJobsDone: .doneByRunner
        case .jobFailed, .retryLimitExceeded, .serverError, .gatewayError: .terminatedByServer
        case .stoppedByUser: .terminatedByUser
        case .abortedByUser: .abortedByUser
        }
    }

    /// The reason in words, nil where the status says it already.
    public var error: String? {
        switch self {
        case .retryLimitExceeded: "retry limit exceeded"
        case .serverError: "server error"
        case .gatewayError: "gateway error"
        case .allJobsDone, .jobFailed, .stoppedByUser, .abortedByUser: nil
        }
    }
}
