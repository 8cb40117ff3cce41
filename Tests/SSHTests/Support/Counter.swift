import Dispatch
import Synchronization

final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    func add(_ more: Int) { count.wrappingAdd(more, ordering: .relaxed) }

    var value: Int { count.load(ordering: .relaxed) }
}

/// Blocks this thread, which is no thread of the pool.
func blockUntil(_ gate: Gate) -> Bool {
    let semaphore = DispatchSemaphore(value: 0)
    Task {
        await gate.wait()
        semaphore.signal()
    }
    semaphore.wait()
    return true
}
