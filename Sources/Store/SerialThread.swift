import Foundation
import Synchronization

/// A thread of its own for work that blocks, one piece after the other.
///
/// Dispatch makes and ends threads as its queues fill and empty; under many small pieces that costs more than they do.
final class SerialThread: Sendable {
    typealias Body = @Sendable () -> Void

    private struct State {
        var bodies: [Body] = []
        var isEnded = false
    }

    /// What the thread holds, so that it does not hold the handle whose end ends it.
    private final class Core: Sendable {
        let state = Mutex(State())
        let wake = DispatchSemaphore(value: 0)

        func run() {
            while true {
                wake.wait()
                let (bodies, isEnded) = state.withLock { state in
                    defer { state.bodies = [] }
                    return (state.bodies, state.isEnded)
                }
                for body in bodies { body() }
                if isEnded { return }
            }
        }
    }

    private let core = Core()

    init(name: String) {
        let thread = Thread { [core] in core.run() }
        thread.name = name
        thread.start()
    }

    deinit {
        core.state.withLock { $0.isEnded = true }
        core.wake.signal()
    }

    /// Runs `body` on the thread, after what was given to it before.
    func async(_ body: @escaping Body) {
        let wasEmpty = core.state.withLock { state in
            state.bodies.append(body)
            return state.bodies.count == 1
        }
        if wasEmpty { core.wake.signal() }
    }

    /// Runs `body` on the thread and returns what it gives.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            async { continuation.resume(with: Result { try body() }) }
        }
    }
}
