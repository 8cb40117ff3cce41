import Wire

/// What every part of a simulated world shares.
struct WorldHandles: Sendable {
    let executor: DeterministicExecutor
    let dice: Dice
    let plan: FaultPlan
    let ledger: Ledger
    let disk = SimulatedDisk()
    /// The server's; everything else goes by the time that passed.
    let wallClock = WallClock()

    var now: Timestamp { VirtualClock(executor: executor).now() }

    /// Starts something that goes on by itself in the world.
    @discardableResult
    func start(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: executor) { await body() }
    }

    /// Waits in virtual time; false where the caller was cancelled.
    @discardableResult
    func wait(_ duration: Duration) async -> Bool {
        do {
            try await executor.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }
}
