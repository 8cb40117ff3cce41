import Synchronization
import Wire

/// For how long nobody has been connected to jobs that end by that, as their runners said last. Nothing of it is kept:
/// who decides asks the runner anew.
final class ConnectionBoard: Sendable {
    private struct Word {
        let seconds: Int
        let told: Timestamp
    }

    private let words = Mutex<[String: Word]>([:])

    /// Takes in what all jobs of a round said; the others are forgotten.
    func show(_ seconds: [String: Int], at now: Timestamp) {
        let new = seconds.mapValues { Word(seconds: $0, told: now) }
        words.withLock { $0 = new }
    }

    /// Seconds, 0 while somebody is connected; nil of a job that does not end by it.
    func secondsUnconnected(jobID: String, at now: Timestamp) -> Int? {
        guard let word = words.withLock({ $0[jobID] }) else { return nil }
        return word.seconds == 0 ? 0 : word.seconds + max(0, Int(now.since(word.told).components.seconds))
    }
}
