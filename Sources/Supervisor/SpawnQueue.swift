import Store

/// What the supervisor is asked to drive.
enum Spawn: Sendable {
    case job(String)
    case run(String)
    case instance(String)
    /// Whatever instances there are that nobody drives yet, or that are to go.
    case changedInstances
    /// A job submission or a run, as the store tells once it can be asked.
    case recipient(String)
}

/// Spawns that wait for the supervisor's loop. One reader, isolated by the supervisor.
struct SpawnQueue {
    private var waiting: [Spawn] = []
    private var reader: CheckedContinuation<Spawn?, Never>?
    private var isClosed = false

    mutating func put(_ spawn: Spawn) {
        if isClosed { return }
        if let reader {
            self.reader = nil
            reader.resume(returning: spawn)
        } else {
            waiting.append(spawn)
        }
    }

    mutating func take() -> Spawn? { waiting.isEmpty ? nil : waiting.removeFirst() }

    mutating func park(_ continuation: CheckedContinuation<Spawn?, Never>) {
        if isClosed {
            continuation.resume(returning: nil)
        } else if let spawn = take() {
            continuation.resume(returning: spawn)
        } else {
            reader = continuation
        }
    }

    mutating func close() {
        isClosed = true
        reader?.resume(returning: nil)
        reader = nil
    }
}
