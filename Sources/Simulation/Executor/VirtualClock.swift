import JobActors
import Synchronization
import Wire

/// The engine's clock in virtual time.
struct VirtualClock: EngineClock {
    let executor: DeterministicExecutor
    /// What the wall clock shows beside the time that passed.
    var wall: WallClock?

    func now() -> Timestamp {
        let passed = DeterministicExecutor.epoch.microseconds + executor.now
        return Timestamp(microseconds: passed + (wall?.error ?? 0))
    }

    func sleep(for duration: Duration) async throws { try await executor.sleep(for: duration) }
}

/// How far the server's wall clock is off, in microseconds.
final class WallClock: Sendable {
    private let offset = Mutex<Int64>(0)

    var error: Int64 { offset.withLock { $0 } }

    /// Sets it forward, or back where the duration is negative.
    func jump(_ duration: Duration) { offset.withLock { $0 += duration.microseconds } }
}
