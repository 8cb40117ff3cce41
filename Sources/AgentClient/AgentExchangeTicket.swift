import Synchronization

/// Tells one exchange on a connection from the next, so that a late cancellation never hits the wrong one.
///
/// (1) a task waits for its response, (2) the response ends and the connection goes back to the pool, (3) another
/// task takes it, (4) the first task's cancellation reaches the event loop: its ticket is no longer current.
final class AgentExchangeTicket: Sendable {
    private let cancelled = Atomic(false)

    /// Whether the exchange was given up, perhaps before its request reached the event loop.
    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func cancel() {
        cancelled.store(true, ordering: .relaxed)
    }
}
