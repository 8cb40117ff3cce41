import Wire

/// What can happen to a job submission.
public enum JobEvent: Sendable, Equatable {
    /// The scheduler gives a slot on this instance.
    case granted(instanceID: String)
    /// The job stands in the queue, or waits for the other nodes; in words for the user, what for.
    case waits(String)
    /// The scheduler says that no instance will ever do.
    case noCapacity(String)
    /// The shim has the task; also the answer to a repeated request.
    case task(ShimTask)
    /// The shim refused the task for good.
    case taskRefused(String)
    /// The shim answers and does not know the task that it had.
    case taskMissing
    /// The host's shim does not answer, or does so again.
    case host(Reach)
    /// All nodes of the job's replica are known and it is this one's turn to start.
    case clusterReady(ClusterNodes)
    /// The runner took the job and started it.
    case runnerStarted(RunnerJobInfo)
    /// The runner refused the job for good.
    case runnerRefused(String)
    /// A state that the runner told.
    case runnerState(RunnerState)
    /// The runner does not answer, or does so again.
    case runner(Reach)
    /// For how many seconds nobody has been connected to the job; nil where its runner does not count that.
    case unconnected(seconds: Int?)
    /// Nobody may be connected for another time than before; nil for any.
    case inactivityChanged(Int?)
    /// The end was asked for.
    case stop(JobStop)
    /// A deadline passed.
    case deadline(JobDeadline)
    /// The shim ended and forgot the task.
    case taskEnded
    /// The job's log cannot be kept.
    case logFailed(String)

    /// Whether a peer answers.
    public enum Reach: Sendable, Equatable {
        case lost
        case back
    }
}

/// A request to end a job.
public struct JobStop: Sendable, Equatable, Codable {
    public var reason: JobTerminationReason
    public var message: String?
    /// Whether the runner is not asked.
    public var isAbort: Bool

    public init(reason: JobTerminationReason, message: String? = nil, isAbort: Bool = false) {
        self.reason = reason
        self.message = message
        self.isAbort = isAbort
    }

    /// Seconds that the shim may take to end the task.
    var endingTimeout: Int { isAbort ? JobPolicy.abortEndingTimeout : JobPolicy.endingTimeout }
}

/// The deadlines that a job can have.
public enum JobDeadline: String, Sendable, Hashable, Codable, CaseIterable {
    /// The task or its runner did not start in time.
    case provisioning
    /// The job ran for its maximum.
    case maxDuration
    /// Nobody may have been connected for too long.
    case inactivity
    /// Runner or host were out of reach for too long.
    case unreachable
    /// The runner did not end the job within its grace.
    case stop
    /// The shim did not end the task in time.
    case ending
}
