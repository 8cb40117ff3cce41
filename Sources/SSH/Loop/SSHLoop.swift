import CLibSSH2
import CLinux
import Glibc
import Synchronization
import Threads

/// One thread that drives many SSH sessions: it waits for all their sockets at once and never for one of them.
///
/// libssh2 is called by this thread alone. It ends with `shutDown`, which closes every session.
public final class SSHLoop: Sendable {
    typealias Command = @Sendable (LoopCore) -> Void

    private struct Mailbox {
        var commands: [Command] = []
        var isClosed = false
        var hasEnded = false
        var awaitEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let mailbox = Mutex(Mailbox())
    private let wake: Int32
    private let lastNumber = Atomic<UInt>(0)

    /// libssh2 counts who uses it, but not safely where several threads begin at once.
    private static let library = libssh2_init(0)

    /// Starts the thread.
    ///
    /// - Throws: where the system has no descriptors or threads left.
    public init() throws(SSHError) {
        _ = Self.library
        wake = clinux_wake_open()
        guard wake >= 0 else { throw Self.cannotStart(Errno(errno).words) }
        let poller: Poller
        do {
            poller = try Poller(wake: wake)
        } catch {
            throw Self.cannotStart(error.words)
        }
        // The thread holds the loop until it is shut down.
        let started = PosixThread.start {
            LoopCore(poller: poller, loop: self).run()
            self.threadEnded()
        }
        guard started else {
            poller.close()
            throw Self.cannotStart("no thread can be made")
        }
    }

    deinit {
        Glibc.close(wake)
    }

    private static func cannotStart(_ words: String) -> SSHError {
        SSHError(.connectFailed, host: "SSH", detail: "the thread for connections cannot be started: \(words)")
    }

    /// Closes every session, ends the thread and waits for that. Who waits for something of it gets `.cancelled`.
    ///
    /// A program that ends without it may end in the middle of libssh2's work, while its libraries are taken down.
    public func shutDown() async {
        post { core in core.isStopping = true }
        await withCheckedContinuation { continuation in
            let hasEnded = mailbox.withLock { box in
                if !box.hasEnded { box.awaitEnd.append(continuation) }
                return box.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func threadEnded() {
        let waiting = mailbox.withLock { box in
            defer { box.awaitEnd = [] }
            box.hasEnded = true
            return box.awaitEnd
        }
        for continuation in waiting { continuation.resume() }
    }

    /// A number that was not given before.
    func newNumber() -> UInt {
        lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Hands the thread something to do; false where it has ended.
    @discardableResult func post(_ command: @escaping Command) -> Bool {
        let (taken, isFirst) = mailbox.withLock { box in
            if box.isClosed { return (false, false) }
            box.commands.append(command)
            return (true, box.commands.count == 1)
        }
        if isFirst {
            var one: UInt64 = 1
            write(wake, &one, 8)
        }
        return taken
    }

    /// What was posted since the last time.
    func takeCommands() -> [Command] {
        mailbox.withLock { box in
            if box.commands.isEmpty { return [] }
            let taken = box.commands
            box.commands = []
            return taken
        }
    }

    /// From now on nothing is taken; what was posted before is returned for the last time.
    func closeMailbox() -> [Command] {
        mailbox.withLock { box in
            box.isClosed = true
            let taken = box.commands
            box.commands = []
            return taken
        }
    }

    func resetWake() {
        var count: UInt64 = 0
        read(wake, &count, 8)
    }

    /// Starts something on the thread and waits for its result.
    ///
    /// - Parameters:
    ///   - deadline: when `late` is thrown instead.
    ///   - start: runs on the thread; it, or what it starts there, finishes the `Pending`.
    ///   - abandon: runs on the thread after the deadline or the caller's cancellation has ended the wait.
    func wait<Value: Sendable>(
        for host: String, until deadline: UInt64? = nil,
        late: SSHError? = nil,
        start: @escaping @Sendable (LoopCore, Pending<Value>) -> Void,
        abandon: @escaping @Sendable (LoopCore) -> Void = { _ in }
    ) async throws(SSHError) -> Value {
        let cancelled = SSHError(.cancelled, host: host, detail: "the operation was cancelled")
        let cancellation = Mutex<(@Sendable () -> Void)?>(nil)
        let result: Result<Value, SSHError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let pending = Pending<Value>(continuation)
                let cancel: @Sendable () -> Void = { [self] in
                    if pending.fail(cancelled) { post(abandon) }
                }
                cancellation.withLock { $0 = cancel }
                let taken = post { core in
                    if pending.isFinished { return }
                    if let deadline {
                        let late = late ?? SSHError(.timedOut, host: host, detail: "no answer in time")
                        core.at(deadline) { core in
                            if pending.fail(late) { abandon(core) }
                        } isOver: {
                            pending.isFinished
                        }
                    }
                    start(core, pending)
                }
                if !taken {
                    pending.fail(SSHError(.cancelled, host: host, detail: "SSH connections were shut down"))
                }
                // The handler below may have run before there was anything to cancel.
                if Task.isCancelled { cancel() }
            }
        } onCancel: {
            cancellation.withLock { $0 }?()
        }
        return try result.get()
    }
}
