import Wire

/// A task in a container, in the keeper's hands.
struct ContainerEntry {
    var record: ContainerRecord
    /// Never written down.
    var credentials: RegistryCredentials?
    var progress: PullProgress?
    /// When the progress was told last.
    var progressTold: ContinuousClock.Instant?
    /// The shim's count of changes when this one changed last.
    var seq = 0
    /// Who waits for the task to be terminated.
    var waiters: [CheckedContinuation<Void, Never>] = []
    var effects = OwedEffects()
    /// Whether its container is not made yet because another task has its cards.
    var waitsForCards = false
}

/// The effects that a container's state owes and that are under way.
struct OwedEffects {
    private var running: [(effect: ContainerMachine.Effect, number: Int, task: Task<Void, Never>)] = []
    private var count = 0
    /// Those that were cancelled, and may still be at it.
    private var leaving: [Task<Void, Never>] = []

    /// Starts what is owed and not under way, and cancels what is not owed any more.
    ///
    /// 1. The engine is asked to make a container. 2. The task is to end: that is cancelled. 3. The container is deleted,
    /// where there is none yet. 4. It is made. So `start` is given what is to return before its effect begins.
    mutating func reconcile(
        owed: [ContainerMachine.Effect],
        start: (ContainerMachine.Effect, Int, _ after: [Task<Void, Never>]) -> Task<Void, Never>
    ) {
        for entry in running where !owed.contains(entry.effect) {
            entry.task.cancel()
            leaving.append(entry.task)
        }
        running.removeAll { !owed.contains($0.effect) }
        for effect in owed where !running.contains(where: { $0.effect == effect }) {
            count += 1
            let before = effect == .remove ? leaving : []
            if effect == .remove { leaving = [] }
            running.append((effect, count, start(effect, count, before)))
        }
    }

    /// Whether the engine is asked to make and start the container.
    var isStarting: Bool {
        running.contains { if case .start = $0.effect { true } else { false } }
    }

    /// Whether what comes of the effect of that number is still of use.
    func isCurrent(_ number: Int) -> Bool { running.contains { $0.number == number } }
}
