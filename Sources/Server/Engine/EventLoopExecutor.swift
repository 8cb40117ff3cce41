import JobActors
import NIOCore

/// Runs actors and tasks on one event loop: the loop that also serves their connections, so that a step of them and the
/// network's answer to it need no change of thread.
///
/// Nothing may block there for long: writes, files and processes have threads of their own.
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
