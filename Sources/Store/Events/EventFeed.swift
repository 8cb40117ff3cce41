import Synchronization

/// Tells live events to whoever watches, in order of their numbers and after they are durable.
///
/// A subscriber that falls behind its buffer is let go: its stream ends and it reads on from the store by
/// the last number it saw. So a slow watcher costs its place, never the engine's memory.
public final class EventFeed: Sendable {
    private struct State {
        var nextID = 0
        var subscribers: [Int: AsyncStream<EventRecord>.Continuation] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// Starts a subscription; it ends when its stream is dropped or has fallen behind.
    ///
    /// - Parameter buffer: events held for a subscriber that does not read.
    public func subscribe(buffer: Int = 4096) -> AsyncStream<EventRecord> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: EventRecord.self, bufferingPolicy: .bufferingOldest(buffer))
        let id = state.withLock { state in
            state.nextID += 1
            state.subscribers[state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in
            guard let self else { return }
            _ = state.withLock { $0.subscribers.removeValue(forKey: id) }
        }
        return stream
    }

    /// Watchers at this moment.
    public var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    func publish(_ events: [EventRecord]) {
        if events.isEmpty { return }
        let continuations = state.withLock { Array($0.subscribers.values) }
        for continuation in continuations {
            for event in events {
                if case .dropped = continuation.yield(event) {
                    continuation.finish()
                    break
                }
            }
        }
    }
}
