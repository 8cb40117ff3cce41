import Synchronization

/// Who is connected to the job: by SSH, to its ports, as an attached client. And since when nobody is.
final class Presence: Sendable {
    private struct State {
        var count = 0
        /// When the last one left; at first, when the job began.
        var since = ContinuousClock.now
    }

    private let state = Mutex(State())

    func enter() { state.withLock { $0.count += 1 } }

    func leave() {
        state.withLock { state in
            state.count -= 1
            state.since = .now
        }
    }

    /// The job begins: what was before does not count.
    func begin() { state.withLock { $0.since = .now } }

    /// For how many seconds nobody has been connected; 0 while somebody is.
    var secondsAway: Int64 {
        state.withLock { $0.count > 0 ? 0 : $0.since.duration(to: .now).components.seconds }
    }
}
