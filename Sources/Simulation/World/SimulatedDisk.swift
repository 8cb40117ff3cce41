import Store
import Synchronization

/// The server's disk, which is full at times.
final class SimulatedDisk: Sendable {
    /// Stands in every error of it, and may stand in no job's end.
    static let words = "the simulated disk is full"

    private struct State {
        /// How many of the times that it is full are now.
        var fills = 0
        /// Checkpoints that the reserve still takes.
        var reserve = 0
    }

    private let state = Mutex(State())

    /// - Parameter reserve: checkpoints that are taken all the same.
    func fill(reserve: Int) {
        state.withLock { state in
            state.fills += 1
            state.reserve = reserve
        }
    }

    func clear() { state.withLock { $0.fills -= 1 } }

    var isFull: Bool { state.withLock { $0.fills > 0 } }

    /// Whether a checkpoint finds no room, nor any of the reserve.
    func refusesCheckpoint() -> Bool {
        state.withLock { state in
            if state.fills == 0 { return false }
            state.reserve -= 1
            return state.reserve < 0
        }
    }
}
