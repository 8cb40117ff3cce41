import Wire

/// What a run's specification decides about its life.
public struct RunPolicy: Sendable, Equatable, Codable {
    /// nil: a failed job is never submitted again.
    public var retry: RetryPolicy?
    /// Whether the run is done when its first job is.
    public var endsWithMaster: Bool

    public init(retry: RetryPolicy? = nil, endsWithMaster: Bool = false) {
        self.retry = retry
        self.endsWithMaster = endsWithMaster
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
