import Wire

/// Where one job submission stands.
///
/// ```
/// submitted ──granted──▶ provisioning ──accepted──▶ pulling ──started──▶ running
///     │                       │                        │                    │
///     │ no capacity,          └──────── refused, ended, lost, stopped ──────┤
///     │ stopped                                                             ▼
///     └───────────────────────────▶ finished ◀──task ended── terminating (stopping → ending)
/// ```
public enum JobState: Sendable, Equatable, Codable {
    /// Waits for a slot on an instance.
    case submitted
    /// Has a slot; the instance's shim is asked for a task.
    case provisioning(Provisioning)
    /// The shim has the task; the job is not yet handed to its runner. One of several nodes, whose runner is there,
    /// waits here for the others.
    case pulling(Pulling)
    /// The runner executes the job.
    case running(Running)
    /// The end is decided and carried out.
    case terminating(Terminating)
    /// Nothing follows.
    case finished(JobEnding)

    public struct Provisioning: Sendable, Equatable, Codable {
        public var instanceID: String
        /// When the attempt to start ends with `waiting_runner_limit_exceeded`.
        public var deadline: Timestamp
    }

    public struct Pulling: Sendable, Equatable, Codable {
        public var instanceID: String
        /// Where the runner answers, once the task runs.
        public var runner: RunnerAddress?
        /// All nodes of the job's replica, once it may start; never known of a job that is alone.
        public var nodes: ClusterNodes?
        /// Since when the shim does not answer.
        public var lostSince: Timestamp?
    }

    public struct Running: Sendable, Equatable, Codable {
        public var instanceID: String
        public var runner: RunnerAddress
        public var startedAt: Timestamp
        /// Since when the runner does not answer.
        public var lostSince: Timestamp?
        /// What is done to learn that nobody is connected any more; nil for a job of which nobody wants to know.
        public var inactivity: InactivityLook?
    }

    /// How a job that ends when nobody is connected is watched: its runner is asked when that may first be so. A runner
    /// counts by itself, so neither a server that was away nor a lost connection makes a job look abandoned.
    public enum InactivityLook: Sendable, Equatable, Codable {
        /// Waits for the moment at which nobody may have been connected for too long.
        case waits(until: Timestamp)
        /// Asks.
        case asks
    }

    public struct Terminating: Sendable, Equatable, Codable {
        public var instanceID: String
        public var ending: JobEnding
        public var phase: Phase
        /// Since when the runner does not answer, where nothing else bounds the wait for it.
        public var lostSince: Timestamp?

        public enum Phase: Sendable, Equatable, Codable {
            /// The runner was asked to end the job; `deadline` is when that is forced, nil for never.
            case stopping(runner: RunnerAddress, deadline: Timestamp?)
            /// The shim is asked to end the task; `deadline` is when that is given up.
            case ending(deadline: Timestamp)
        }
    }

    /// The status on the wire.
    public var status: JobStatus {
        switch self {
        case .submitted: .submitted
        case .provisioning: .provisioning
        case .pulling: .pulling
        case .running: .running
        case .terminating: .terminating
        case .finished(let ending): ending.reason.status
        }
    }

    /// The instance that holds a slot for the job.
    public var instanceID: String? {
        switch self {
        case .submitted, .finished: nil
        case .provisioning(let state): state.instanceID
        case .pulling(let state): state.instanceID
        case .running(let state): state.instanceID
        case .terminating(let state): state.instanceID
        }
    }

    /// How the job ends, once that is decided.
    public var ending: JobEnding? {
        switch self {
        case .submitted, .provisioning, .pulling, .running: nil
        case .terminating(let state): state.ending
        case .finished(let ending): ending
        }
    }
}

/// Why and how a job ends.
public struct JobEnding: Sendable, Equatable, Codable {
    public var reason: JobTerminationReason
    /// For the user: what happened, in words.
    public var message: String?
    /// The main process's exit status, where it ended by itself.
    public var exitStatus: Int?
    public var log: LogFate

    public init(
        reason: JobTerminationReason, message: String? = nil, exitStatus: Int? = nil, log: LogFate = .none
    ) {
        self.reason = reason
        self.message = message
        self.exitStatus = exitStatus
        self.log = log
    }

    /// What became of the job's log.
    public enum LogFate: String, Sendable, Equatable, Codable {
        /// The job never ran: there is none.
        case none
        /// Every byte was taken over.
        case whole
        /// The job ran and was cut off: what it wrote last may be missing.
        case cut
    }
}

/// Where a job's runner answers, as seen from its host.
public struct RunnerAddress: Sendable, Hashable, Codable {
    /// An IP address.
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
