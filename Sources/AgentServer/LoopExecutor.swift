import NIOCore

/// Runs tasks on an event loop: what a handler does between two steps of its connection then needs no other thread.
///
/// Handlers must not block for long; they hand such work to threads of their own.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
