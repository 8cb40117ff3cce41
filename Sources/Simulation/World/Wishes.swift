import JobActors
import Synchronization

/// The updates that users sent, for the checks.
final class Wishes: Sendable {
    struct Sent: Sendable {
        let runID: String
        let update: RunUpdate
        /// Whether the server said that it has it.
        var isAcknowledged = false
    }

    private let sent = Mutex<[Sent]>([])

    func send(_ update: RunUpdate, to runID: String) {
        sent.withLock { $0.append(Sent(runID: runID, update: update)) }
    }

    func acknowledge(_ eventID: String) {
        sent.withLock { sent in
            for index in sent.indices where sent[index].update.eventID == eventID { sent[index].isAcknowledged = true }
        }
    }

    var all: [Sent] { sent.withLock { $0 } }
}
