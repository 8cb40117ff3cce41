/// Why a job submission ended. The raw value is dstack's name on the wire.
public enum JobTerminationReason: String, Codable, Sendable, CaseIterable {
    // Decided by the server.
    case failedToStartDueToNoCapacity = "failed_to_start_due_to_no_capacity"
    case interruptedByNoCapacity = "interrupted_by_no_capacity"
    case instanceUnreachable = "instance_unreachable"
    case instanceAccessRevoked = "instance_access_revoked"
    case waitingInstanceLimitExceeded = "waiting_instance_limit_exceeded"
    case waitingRunnerLimitExceeded = "waiting_runner_limit_exceeded"
    case terminatedByUser = "terminated_by_user"
    case volumeError = "volume_error"
    case gatewayError = "gateway_error"
    case scaledDown = "scaled_down"
    case doneByRunner = "done_by_runner"
    case abortedByUser = "aborted_by_user"
    case terminatedByServer = "terminated_by_server"
    case inactivityDurationExceeded = "inactivity_duration_exceeded"
    case terminatedDueToUtilizationPolicy = "terminated_due_to_utilization_policy"
    // Reported by an agent.
    case containerExitedWithError = "container_exited_with_error"
    case portsBindingFailed = "ports_binding_failed"
    case creatingContainerError = "creating_container_error"
    case executorError = "executor_error"
    case maxDurationExceeded = "max_duration_exceeded"
    case logQuotaExceeded = "log_quota_exceeded"

    /// The final status that a submission with this reason gets.
    public var status: JobStatus {
        switch self {
        case .doneByRunner: .done
        case .abortedByUser: .aborted
        case .terminatedByUser, .terminatedByServer, .scaledDown, .inactivityDurationExceeded,
            .terminatedDueToUtilizationPolicy, .maxDurationExceeded:
            .terminated
        case .failedToStartDueToNoCapacity, .interruptedByNoCapacity, .instanceUnreachable,
            .instanceAccessRevoked, .waitingInstanceLimitExceeded, .waitingRunnerLimitExceeded,
            .volumeError, .gatewayError, .containerExitedWithError, .portsBindingFailed,
            .creatingContainerError, .executorError, .logQuotaExceeded:
            .failed
        }
    }

    /// The retry event that this reason raises, nil where a retry is never made.
    public var retryEvent: RetryEvent? {
        switch self {
        case .failedToStartDueToNoCapacity: .noCapacity
        case .interruptedByNoCapacity: .interruption
        default: status == .failed ? .error : nil
        }
    }

    /// The reason in words, as dstack's clients show it; nil where the status says it already.
    public var error: String? {
        switch self {
        case .instanceUnreachable: "instance unreachable"
        case .instanceAccessRevoked: "instance access revoked"
        case .waitingInstanceLimitExceeded: "waiting instance limit exceeded"
        case .waitingRunnerLimitExceeded: "waiting runner limit exceeded"
        case .volumeError: "volume error"
        case .gatewayError: "gateway error"
        case .scaledDown: "scaled down"
        case .inactivityDurationExceeded: "inactivity duration exceeded"
        case .terminatedDueToUtilizationPolicy: "utilization policy"
        case .portsBindingFailed: "ports binding failed"
        case .creatingContainerError: "runner error"
        case .executorError: "executor error"
        case .maxDurationExceeded: "max duration exceeded"
        case .logQuotaExceeded: "log quota exceeded"
        case .failedToStartDueToNoCapacity, .interruptedByNoCapacity, .terminatedByUser, .doneByRunner,
            .abortedByUser, .terminatedByServer, .containerExitedWithError:
            nil
        }
    }
}
