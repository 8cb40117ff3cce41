import Synchronization

/// What one caller waits for. The first result counts: the loop's, a deadline's or the caller's cancellation.
final class Pending<Value: Sendable>: Sendable {
    private enum State {
        case waiting(CheckedContinuation<Result<Value, SSHError>, Never>)
        case finished
    }

    private let state: Mutex<State>

    init(_ continuation: CheckedContinuation<Result<Value, SSHError>, Never>) {
        state = Mutex(.waiting(continuation))
    }

    /// Whether nobody waits any more.
    var isFinished: Bool {
        state.withLock { state in
            switch state {
            case .waiting: false
            case .finished: true
            }
        }
    }

    /// False where the caller has its result already; whoever offered a resource then has to let go of it.
    @discardableResult func finish(_ result: Result<Value, SSHError>) -> Bool {
        let waiting: CheckedContinuation<Result<Value, SSHError>, Never>? = state.withLock { state in
            switch state {
            case .waiting(let continuation):
                state = .finished
                return continuation
            case .finished: return nil
            }
        }
        waiting?.resume(returning: result)
        return waiting != nil
    }

    @discardableResult func succeed(_ value: Value) -> Bool { finish(.success(value)) }
    @discardableResult func fail(_ error: SSHError) -> Bool { finish(.failure(error)) }
}
