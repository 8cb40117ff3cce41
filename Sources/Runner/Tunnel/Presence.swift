import Synchronization

/// Who is connected to the job: by SSH, to its ports, as an attached client. And since when nobody is.
final class Presence: Sendable {
    private let tally = Mutex(PresenceTally(since: .now))

    /// Somebody comes.
    func enter() { tally.withLock { $0.enter() } }

    /// Somebody leaves who counted.
    func leave() { tally.withLock { $0.leave(at: .now) } }

    /// Somebody comes who may be nobody.
    func come() { tally.withLock { $0.come() } }

    /// He is somebody.
    func settle() { tally.withLock { $0.settle() } }

    /// He leaves, and was nobody.
    func pass() { tally.withLock { $0.pass() } }

    /// The job begins: what was before does not count.
    func begin() { tally.withLock { $0.since = .now } }

    /// For how many seconds nobody has been connected; 0 while somebody is.
    var secondsAway: Int64 { tally.withLock { $0.away(at: .now).components.seconds } }
}

/// The count behind it. Who may be nobody counts while he is there, and once he has gone is as if he had never been: a scan
/// of ports keeps no job awake, and who is about to log in finds it there.
struct PresenceTally: Equatable {
    /// When the last one left who counted; at first, when the job began.
    var since: ContinuousClock.Instant
    private var known = 0
    private var unknown = 0

    init(since: ContinuousClock.Instant) { self.since = since }

    mutating func enter() { known += 1 }

    mutating func leave(at now: ContinuousClock.Instant) {
        known -= 1
        since = now
    }

    mutating func come() { unknown += 1 }

    mutating func settle() {
        unknown -= 1
        known += 1
    }

    mutating func pass() { unknown -= 1 }

    func away(at now: ContinuousClock.Instant) -> Duration {
        known + unknown > 0 ? .zero : since.duration(to: now)
    }
}
