import Wire

/// What a run's specification decides about its life.
public struct RunPolicy: Sendable, Equatable, Codable {
    /// nil: a failed job is never submitted again.
    public var retry: RetryPolicy?
    /// Whether the run is done when its first job is.
    public var endsWithMaster: Bool
    /// nil: the jobs are submitted with the run, and once.
    public var schedule: SchedulePolicy?

    public init(retry: RetryPolicy? = nil, endsWithMaster: Bool = false, schedule: SchedulePolicy? = nil) {
        self.retry = retry
        self.endsWithMaster = endsWithMaster
        self.schedule = schedule
    }

    /// When a run's jobs are submitted, each time anew.
    public struct SchedulePolicy: Sendable, Equatable, Codable {
        public var schedule: Schedule
        /// The jobs that a moment submits.
        public var jobs: [JobPlace]

        public init(_ schedule: Schedule, jobs: [JobPlace]) {
            self.schedule = schedule
            self.jobs = jobs
        }
    }

    /// Which job of a run.
    public struct JobPlace: Sendable, Equatable, Codable {
        public var replicaNum: Int
        public var jobNum: Int

        public init(replicaNum: Int, jobNum: Int) {
            self.replicaNum = replicaNum
            self.jobNum = jobNum
        }
    }

    /// When a failed job is submitted again.
    public struct RetryPolicy: Sendable, Equatable, Codable {
        public var events: [RetryEvent]
        /// Seconds within which a new attempt may be made.
        public var duration: Int

        public init(events: [RetryEvent], duration: Int) {
            self.events = events
            self.duration = duration
        }
    }

    /// Seconds between the last change of a job and the next attempt; the last one repeats. dstack's steps.
    static let retryDelays = [15, 30, 60, 120, 300, 600]

    static func retryDelay(attempt: Int) -> Duration {
        .seconds(retryDelays[min(attempt, retryDelays.count - 1)])
    }
}
