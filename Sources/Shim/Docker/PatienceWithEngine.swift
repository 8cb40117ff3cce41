import Synchronization

/// How long failures of an engine are put up with, from the first one in a row: what was well before does not count, however
/// long it took.
final class PatienceWithEngine: Sendable {
    private let limit: Duration
    /// When the first failure was after which nothing went well.
    private let since = Mutex<ContinuousClock.Instant?>(nil)

    init(_ limit: Duration) {
        self.limit = limit
    }

    /// Something was done.
    func progressed() { since.withLock { $0 = nil } }

    /// Takes a failure. Whether it is the last one to be put up with.
    func isOver(afterFailureAt now: ContinuousClock.Instant) -> Bool {
        since.withLock { since in
            let first = since ?? now
            since = first
            return now - first > limit
        }
    }
}
