/// Waits between tries that grow from `first` to `limit`, each with jitter so that peers do not try in step.
struct Backoff: Sendable {
    private let limit: Duration
    private var next: Duration

    init(first: Duration = .milliseconds(50), limit: Duration = .seconds(5)) {
        self.limit = limit
        next = first
    }

    /// The next wait: half to the whole of the step.
    ///
    /// - Parameter jitter: a number in 0..<1.
    mutating func step(jitter: Double) -> Duration {
        let wait = next / 2 + (next / 2) * jitter
        next = min(next * 2, limit)
        return wait
    }
}
