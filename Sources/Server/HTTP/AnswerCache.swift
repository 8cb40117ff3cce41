import NIOCore
import Synchronization

/// Keeps answers to reads for as long as nothing is written to the store.
///
/// Each is kept with the number that the store's writes had before it was made, so an answer that a write came
/// between is never given again. Bounded by its bytes: one answer too many, and all are forgotten.
final class AnswerCache: Sendable {
    /// What an answer depends on besides the store.
    struct Question: Hashable, Sendable {
        let path: String
        let userID: String
        /// The request's body as it came.
        let body: ByteBuffer
    }

    private struct State {
        var generation: UInt64 = 0
        var answers: [Question: ByteBuffer] = [:]
        var bytes = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: most bytes of all answers together.
    init(limit: Int = 8 * 1024 * 1024) {
        self.limit = limit
    }

    /// The answer that was made at this generation.
    func answer(to question: Question, generation: UInt64) -> ByteBuffer? {
        state.withLock { $0.generation == generation ? $0.answers[question] : nil }
    }

    /// Keeps an answer that was made when the store's writes had this number, or later.
    func keep(_ answer: ByteBuffer, to question: Question, generation: UInt64) {
        let size = answer.readableBytes + question.body.readableBytes + 256
        if size > limit { return }
        state.withLock { state in
            if generation < state.generation { return }
            if generation > state.generation || state.bytes + size > limit {
                state.generation = generation
                state.answers.removeAll(keepingCapacity: true)
                state.bytes = 0
            }
            if state.answers.updateValue(answer, forKey: question) == nil { state.bytes += size }
        }
    }
}
