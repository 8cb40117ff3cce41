import Backends
import Wire

/// What the shim of an instance told of its tasks, and who wants to hear of them; for use inside the instance's actor.
struct ShimTasks {
    struct Listener {
        let number: Int
        let taskID: String
        let continuation: AsyncStream<TaskNotice>.Continuation
    }

    /// What the shim told last; nil before its first snapshot.
    var tasks: [String: ShimTask]?
    /// Whether the shim is heard at the moment; nil before it was tried.
    var isHeard: Bool?
    private(set) var listeners: [Listener] = []
    private var listenerCount = 0
    /// Why the shim could not be reached last.
    var lastLoss: String?
    /// Tasks that are being ended because no living job owns them.
    var reaping: [String: Task<Void, Never>] = [:]

    mutating func listen(_ taskID: String) -> (stream: AsyncStream<TaskNotice>, Listener) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: TaskNotice.self, bufferingPolicy: .bufferingNewest(64))
        listenerCount += 1
        let listener = Listener(number: listenerCount, taskID: taskID, continuation: continuation)
        listeners.append(listener)
        return (stream, listener)
    }

    mutating func forget(_ number: Int) { listeners.removeAll { $0.number == number } }

    mutating func end() {
        for taskID in reaping.keys.sorted() { reaping[taskID]?.cancel() }
        for listener in listeners { listener.continuation.finish() }
        listeners = []
    }

    /// What there is to say of a task at this moment.
    func present(_ taskID: String) -> TaskNotice? {
        guard let tasks else { return nil }
        return tasks[taskID].map(TaskNotice.task) ?? .missing
    }
}
