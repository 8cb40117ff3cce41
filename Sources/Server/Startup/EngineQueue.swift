import Dispatch

/// The engine's executor in a real server: one serial queue for its actors and their effects.
final class EngineQueue: SerialExecutor, TaskExecutor {
    private let queue = DispatchQueue(label: "dstack.engine", qos: .userInitiated)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
        }
    }
}
