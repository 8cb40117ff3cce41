import JobActors
import NIOCore

/// Runs the engine on one event loop: the loop that also serves its connections to the agents, so that a step
/// of an actor and the network's answer to it need no change of thread.
///
/// Nothing of the engine may block: database, files and processes have threads of their own.
final class EventLoopExecutor: SerialExecutor, TaskExecutor {
    private let loop: any EventLoop

    init(loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { [self] in
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(complexEquality: self) }

    func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    func isSameExclusiveExecutionContext(other: EventLoopExecutor) -> Bool { loop === other.loop }

    func checkIsolated() { loop.preconditionInEventLoop() }
}
