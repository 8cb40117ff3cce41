import JobActors
import Wire

/// The engine's clock in virtual time.
struct VirtualClock: EngineClock {
    let executor: DeterministicExecutor

    func now() -> Timestamp {
        Timestamp(microseconds: DeterministicExecutor.epoch.microseconds + executor.now)
    }

    func sleep(for duration: Duration) async throws { try await executor.sleep(for: duration) }
}
