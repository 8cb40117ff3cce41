import Synchronization

/// Something that happens once, and one who waits for it.
final class Began: Sendable {
    private enum State {
        case notYet(CheckedContinuation<Bool, Never>?)
        case happened
        case nobodyWaits
    }

    private let state = Mutex(State.notYet(nil))

    func happened() {
        let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            defer { state = .happened }
            if case .notYet(let waiting) = state { return waiting }
            return nil
        }
        waiting?.resume(returning: true)
    }

    /// - Returns: whether it happened, or the caller was cancelled before.
    func wait() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known = state.withLock { state -> Bool? in
                    switch state {
                    case .notYet:
                        state = .notYet(continuation)
                        return nil
                    case .happened: return true
                    case .nobodyWaits: return false
                    }
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard case .notYet(let waiting) = state else { return nil }
                state = .nobodyWaits
                return waiting
            }
            waiting?.resume(returning: false)
        }
    }
}
