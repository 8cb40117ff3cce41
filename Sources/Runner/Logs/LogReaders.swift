import Synchronization

/// Who reads the job's log as it is written, until it has all: dstack's attached clients. The job's end waits for them,
/// since with it end the runner and the way to it.
final class LogReaders: Sendable {
    struct Look: Equatable, Sendable {
        var count = 0
        /// Grows with each piece that one of them has taken.
        var pieces = 0
        /// Whether there ever was one.
        var hasBeenRead = false
    }

    private let state = Mutex(Look())
    private let onLast: @Sendable () -> Void

    /// - Parameter onLast: called when the last one has left.
    init(onLast: @escaping @Sendable () -> Void) {
        self.onLast = onLast
    }

    var look: Look { state.withLock { $0 } }

    func enter() {
        state.withLock {
            $0.count += 1
            $0.hasBeenRead = true
        }
    }

    func tookPiece() { state.withLock { $0.pieces += 1 } }

    func leave() {
        let isLast = state.withLock { look in
            look.count -= 1
            return look.count == 0
        }
        if isLast { onLast() }
    }
}
