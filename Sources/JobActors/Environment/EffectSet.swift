/// The effects of one actor that are under way, for use inside that actor.
///
/// Effects are values: an effect that is owed before and after a transition goes on, one that is no longer
/// owed is cancelled, a new one is started. What a cancelled one still posts is told apart by its number.
struct EffectSet<Effect: Hashable & Sendable> {
    private struct Running {
        let number: Int
        let effect: Effect
        let task: Task<Void, Never>
    }

    private var running: [Running] = []
    private var retired: [Task<Void, Never>] = []
    private var count = 0

    /// Starts what is owed and not under way, in order; cancels what is under way and not owed.
    ///
    /// - Parameter start: starts the task of an effect, which posts under the given number.
    mutating func reconcile(owed: [Effect], start: (Effect, Int) -> Task<Void, Never>) {
        for effect in running where !owed.contains(effect.effect) {
            effect.task.cancel()
            retired.append(effect.task)
        }
        running.removeAll { !owed.contains($0.effect) }
        for effect in owed where !running.contains(where: { $0.effect == effect }) {
            count += 1
            running.append(Running(number: count, effect: effect, task: start(effect, count)))
        }
    }

    /// Whether the effect of this number is still owed.
    func isCurrent(_ number: Int) -> Bool { running.contains { $0.number == number } }

    /// Cancels everything and gives the tasks to wait for.
    mutating func cancelAll() -> [Task<Void, Never>] {
        let tasks = retired + running.map(\.task)
        running = []
        retired = []
        for task in tasks { task.cancel() }
        return tasks
    }
}
