import Synchronization
import Wire

/// Runs every actor and task of a simulated world on the calling thread, one step at a time.
///
/// Which ready step is next is drawn by the seed. When none is ready, virtual time moves to the next timer. So
/// the seed alone decides the history, in any process.
final class DeterministicExecutor: SerialExecutor, TaskExecutor {
    private struct State {
        var ready: [UnownedJob] = []
        var timers: [Timer] = []
        var timerCount = 0
        var now: Int64 = 0
        var random: SeededRandom
        var steps = 0
    }

    private struct Timer {
        let moment: Int64
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private let state: Mutex<State>
    /// Wall-clock time at virtual time zero: 2026-01-01T00:00:00Z.
    static let epoch = Timestamp(microseconds: 1_767_225_600_000_000)

    init(seed: UInt64) {
        state = Mutex(State(random: SeededRandom(seed: seed)))
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.ready.append(job) }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    /// Microseconds of virtual time since the start.
    var now: Int64 { state.withLock { $0.now } }

    /// Steps run so far.
    var steps: Int { state.withLock { $0.steps } }

    /// Runs until `isDone`, or nothing is left to run, or virtual time or steps passed their limit.
    ///
    /// - Returns: whether `isDone` was met.
    func run(limit: Duration, steps stepLimit: Int, until isDone: () -> Bool) -> Bool {
        while !isDone() {
            if steps > stepLimit { return false }
            if let job = nextReady() {
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            } else if !fireTimer(limit: limit.microseconds) {
                return false
            }
        }
        return true
    }

    private func nextReady() -> UnownedJob? {
        state.withLock { state in
            guard !state.ready.isEmpty else { return nil }
            state.steps += 1
            let index = Int.random(in: 0..<state.ready.count, using: &state.random)
            state.ready.swapAt(index, state.ready.count - 1)
            return state.ready.removeLast()
        }
    }

    private func fireTimer(limit: Int64) -> Bool {
        let timer: Timer? = state.withLock { state in
            guard
                let index = state.timers.indices.min(by: { left, right in
                    let (a, b) = (state.timers[left], state.timers[right])
                    return (a.moment, a.number) < (b.moment, b.number)
                }), state.timers[index].moment <= limit
            else { return nil }
            let timer = state.timers.remove(at: index)
            state.now = max(state.now, timer.moment)
            return timer
        }
        guard let timer else { return false }
        timer.continuation.resume()
        return true
    }

    /// Waits in virtual time.
    func sleep(for duration: Duration) async throws {
        let number = state.withLock { state in
            state.timerCount += 1
            return state.timerCount
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                    return
                }
                state.withLock { state in
                    let moment = state.now + max(0, duration.microseconds)
                    state.timers.append(Timer(moment: moment, number: number, continuation: continuation))
                }
            }
        } onCancel: {
            let timer: Timer? = state.withLock { state in
                guard let index = state.timers.firstIndex(where: { $0.number == number }) else { return nil }
                return state.timers.remove(at: index)
            }
            timer?.continuation.resume(throwing: CancellationError())
        }
    }
}
