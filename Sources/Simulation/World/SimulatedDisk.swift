import Store
import Synchronization

/// The server's disk, which is full at times.
final class SimulatedDisk: Sendable {
    /// Stands in every error of it, and may stand in no job's end.
    static let words = "the simulated disk is full"

    /// How many of the times that it is full are now.
    private let fills = Mutex(0)

    func fill() { fills.withLock { $0 += 1 } }

    func clear() { fills.withLock { $0 -= 1 } }

    var isFull: Bool { fills.withLock { $0 > 0 } }
}
