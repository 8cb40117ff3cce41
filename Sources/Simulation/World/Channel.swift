import DequeModule
import Synchronization

/// A queue with one reader, for the streams of simulated agents.
final class Channel<Element: Sendable>: Sendable {
    private struct State {
        var elements = Deque<Element>()
        var isFinished = false
        var reader: CheckedContinuation<Element?, Never>?
    }

    private let state = Mutex(State())

    func send(_ element: Element) {
        let reader = state.withLock { state -> CheckedContinuation<Element?, Never>? in
            if state.isFinished { return nil }
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            state.elements.append(element)
            return nil
        }
        reader?.resume(returning: element)
    }

    /// Takes no more; the reader gets what is there, then nil.
    func finish() {
        let reader = state.withLock { state -> CheckedContinuation<Element?, Never>? in
            state.isFinished = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: nil)
    }

    /// The next element; nil after the end, and for a cancelled reader.
    func next() async -> Element? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    if !state.elements.isEmpty || state.isFinished || Task.isCancelled { return false }
                    state.reader = continuation
                    return true
                }
                if !isWaiting { continuation.resume(returning: state.withLock { $0.elements.popFirst() }) }
            }
        } onCancel: {
            finish()
        }
    }
}
