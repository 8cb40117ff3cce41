import CProcesses
import Glibc
import Synchronization
import Threads

/// One thread that waits for the kernel (children that end, descriptors that become ready) and runs an actor's jobs in
/// between, so that starting, killing and writing down happen in order, off the shared thread pool.
///
/// It lives as long as the program.
final class ProcessLoop: SerialExecutor {
    /// A child that ended.
    typealias ExitHandler = @Sendable (_ pid: Int32, ExitStatus) -> Void

    private let epoll: Int32
    private let wake: Int32
    private let children: Int32?
    private let jobs = Mutex<[UnownedJob]>([])
    private let watchers = Mutex<[Int32: @Sendable () -> Void]>([:])
    private let exitHandler = Mutex<ExitHandler?>(nil)
    private let timers = Mutex(LoopTimers())
    private let thread = Mutex<pthread_t?>(nil)

    /// Makes the descriptors and starts the thread.
    ///
    /// - Parameter ownsChildren: whether it takes the end of every child; false where others of the program wait for theirs.
    ///   Where it does, SIGCHLD must be blocked in every thread.
    init(ownsChildren: Bool = true) throws(ShimError) {
        epoll = try ShimError.checking("epoll_create1", "") { cprocesses_epoll() }
        wake = try ShimError.checking("eventfd", "") { cprocesses_counter(0) }
        children =
            ownsChildren
            ? try ShimError.checking("signalfd", "SIGCHLD") { cprocesses_signal_descriptor(SIGCHLD) } : nil
        for descriptor in [wake, children].compactMap(\.self) {
            let epoll = epoll
            _ = try ShimError.checking("epoll_ctl", "") { cprocesses_epoll_add(epoll, descriptor, 0) }
        }
        try startThread()
    }

    /// Calls `handler` on the loop's thread for each child that ends, descendants' orphans among them.
    func onExit(_ handler: @escaping ExitHandler) {
        exitHandler.withLock { $0 = handler }
        wakeUp()
    }

    /// What a descriptor is watched for.
    enum Readiness {
        case input
        /// The kernel flags one of its own files as changed.
        case priority
    }

    /// Calls `body` on the loop's thread, once or more, while `descriptor` is ready, until `unwatch`.
    func watch(
        _ descriptor: Int32, for readiness: Readiness, _ body: @escaping @Sendable () -> Void
    ) throws(ShimError) {
        watchers.withLock { $0[descriptor] = body }
        let epoll = epoll
        _ = try ShimError.checking("epoll_ctl", "") {
            cprocesses_epoll_add(epoll, descriptor, readiness == .priority ? 1 : 0)
        }
    }

    /// Ends a watch. Before the descriptor is closed.
    func unwatch(_ descriptor: Int32) {
        watchers.withLock { $0[descriptor] = nil }
        _ = cprocesses_epoll_remove(epoll, descriptor)
    }

    /// Calls `body` on the loop's thread after a while, unless it is cancelled.
    func wait(_ time: Duration, _ body: @escaping @Sendable () -> Void) -> LoopTimers.ID {
        let id = timers.withLock { $0.add(at: .now + time, body) }
        if !isOwnThread { wakeUp() }
        return id
    }

    /// Takes back a wait; no error where it is over.
    func cancel(_ id: LoopTimers.ID) { timers.withLock { $0.cancel(id) } }

    // MARK: SerialExecutor

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wasEmpty = jobs.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        if wasEmpty { wakeUp() }
    }

    func checkIsolated() {
        precondition(isOwnThread, "outside the loop's thread")
    }

    private var isOwnThread: Bool {
        thread.withLock { $0.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    // MARK: The thread

    private func startThread() throws(ShimError) {
        guard PosixThread.start(signals: .inherited, { self.run() }) else {
            throw .system(call: "pthread_create", subject: "process loop", errno: EAGAIN)
        }
    }

    private func run() {
        thread.withLock { $0 = pthread_self() }
        var ready = [Int32](repeating: 0, count: 64)
        while true {
            let count = cprocesses_epoll_wait(epoll, &ready, timers.withLock { $0.milliseconds(from: .now) })
            guard count >= 0 else {
                // The descriptors are ours and valid: only a signal interrupts the wait.
                precondition(errno == EINTR, "epoll_wait failed: errno \(errno)")
                continue
            }
            for descriptor in ready.prefix(Int(count)) {
                if descriptor == wake {
                    drain(wake, size: 8)
                } else if descriptor == children {
                    drain(descriptor, size: 128)
                    reap()
                } else if let body = watchers.withLock({ $0[descriptor] }) {
                    body()
                }
            }
            for body in timers.withLock({ $0.due(at: .now) }) { body() }
            runJobs()
        }
    }

    private func runJobs() {
        while true {
            let batch = jobs.withLock { jobs in
                defer { jobs = [] }
                return jobs
            }
            guard !batch.isEmpty else { return }
            for job in batch {
                job.runSynchronously(on: asUnownedSerialExecutor())
            }
        }
    }

    private func reap() {
        // Children that end before there is a handler stay zombies until it comes.
        guard let handler = exitHandler.withLock({ $0 }) else { return }
        while true {
            var status: Int32 = 0
            let pid = cprocesses_reap(&status)
            guard pid > 0 else { return }
            handler(pid, ExitStatus(waitStatus: status))
        }
    }

    private func drain(_ descriptor: Int32, size: Int) {
        withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { space in
            while read(descriptor, space.baseAddress, size) > 0 {}
        }
    }

    private func wakeUp() {
        var one: UInt64 = 1
        // Fails only where the counter is full, and then the loop is awake.
        _ = write(wake, &one, 8)
    }
}
