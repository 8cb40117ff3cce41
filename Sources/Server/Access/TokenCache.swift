import NIOCore
import Store
import Synchronization

/// Remembers who a token belongs to, so that a request costs no database read.
///
/// Every change to users empties it, and what was read before such a change is not put in after it.
final class TokenCache: Sendable {
    /// A user and, once somebody asked, the answer of `get_my_user`.
    struct Entry: Sendable {
        let principal: Principal
        var ownAnswer: ByteBuffer?
    }

    private struct State {
        var generation = 0
        var entries: [String: Entry] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: tokens to remember; with one more, all are forgotten.
    init(limit: Int = 1024) {
        self.limit = limit
    }

    /// What is known about a token, and the generation to hand to `put`.
    func entry(_ token: String) -> (entry: Entry?, generation: Int) {
        state.withLock { ($0.entries[token], $0.generation) }
    }

    /// Remembers an entry unless users have changed since `generation`.
    func put(_ entry: Entry, for token: String, generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= limit { state.entries.removeAll(keepingCapacity: true) }
            state.entries[token] = entry
        }
    }

    /// Forgets everything, after users have changed.
    func clear() {
        state.withLock { state in
            state.generation += 1
            state.entries.removeAll(keepingCapacity: true)
        }
    }
}
