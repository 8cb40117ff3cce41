import Glibc
import Synchronization
import Wire

/// What a runner has to tell: its states and the bounds of its logs, in one order, and who waits for more.
///
/// The job loop and the output pump write; any number of readers look and wait. It keeps no log bytes in memory.
final class Journal: Sendable {
    /// The bounds of one log.
    struct LogBounds: Equatable, Sendable {
        /// Bytes.
        var size: Int64 = 0
        var records = 0
        /// The newest record, where there is one.
        var last: LogRecord?
        /// Whether the next bytes must get a record of their own.
        var isSealed = false
    }

    /// A look at everything at one moment.
    struct Look: Sendable {
        var states: [RunnerState] = []
        var job = LogBounds()
        var runner = LogBounds()
        /// Whether the job's log is whole: nothing more is written to it.
        var isJobLogWhole = false
        /// Whether the job's final state has been told: nothing follows.
        var isEnded = false
        /// Counts the beats of an otherwise silent stream.
        var beat = 0
        /// Grows with each change.
        var version: UInt64 = 0

        subscript(_ kind: LogKind) -> LogBounds {
            get {
                switch kind {
                case .job: job
                case .runner: runner
                }
            }
            set {
                switch kind {
                case .job: job = newValue
                case .runner: runner = newValue
                }
            }
        }
    }

    fileprivate struct Shared: Sendable {
        var look = Look()
        var lastStamp: Int64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    /// A record spans at most this much time and so many bytes, so that times are fine and pages are small.
    private static let recordMicroseconds: Int64 = 50_000
    private static let recordBytes: Int64 = 1 << 20

    let bootID: String
    private let jobFiles: LogFiles
    private let runnerFiles: LogFiles
    private let shared = Mutex(Shared())

    /// Empty logs in `directory`.
    init(bootID: String, directory: String) {
        self.bootID = bootID
        jobFiles = LogFiles(.job, in: directory)
        runnerFiles = LogFiles(.runner, in: directory)
    }

    func files(_ kind: LogKind) -> LogFiles {
        switch kind {
        case .job: jobFiles
        case .runner: runnerFiles
        }
    }

    /// Appends bytes that came just now, all or none. One writer at a time for each log.
    ///
    /// A full disk holds the job's log back until there is room, and with it who writes it: the job. The runner's own log
    /// is not worth a wait.
    func append(_ bytes: UnsafeRawBufferPointer, to kind: LogKind) throws(SystemError) {
        let files = files(kind)
        var room = RoomWait(isPatient: kind == .job)
        try room.retrying { () throws(SystemError) in try files.append(bytes) }
        let waiters: [CheckedContinuation<Void, Never>]
        do throws(SystemError) {
            waiters = try room.retrying { () throws(SystemError) in try note(bytes.count, in: kind, files) }
        } catch {
            // Bytes that nobody knows of would shift those after them.
            try files.cut(bytes.count)
            throw error
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Makes bytes known that stand in the log's file.
    private func note(
        _ count: Int, in kind: LogKind, _ files: LogFiles
    ) throws(SystemError) -> [CheckedContinuation<Void, Never>] {
        let now = Self.now()
        let result: Result<[CheckedContinuation<Void, Never>], SystemError> = shared.withLock { shared in
            var bounds = shared.look[kind]
            if bounds.needsRecord(at: now, Self.recordMicroseconds, Self.recordBytes) {
                let record = LogRecord(offset: bounds.size, microseconds: now, stamp: shared.nextStamp(now))
                do throws(SystemError) { try files.append(record) } catch { return .failure(error) }
                bounds.records += 1
                bounds.last = record
                bounds.isSealed = false
            }
            bounds.size += Int64(count)
            shared.look[kind] = bounds
            return .success(shared.change())
        }
        return try result.get()
    }

    /// Tells a state. Its log bytes must have been appended before.
    func publish(
        _ state: JobStatus, reason: JobTerminationReason? = nil, message: String? = nil, exitStatus: Int? = nil,
        isFinal: Bool
    ) {
        let now = Self.now()
        let waiters = shared.withLock { shared in
            shared.look.states.append(
                RunnerState(
                    bootID: bootID, seq: shared.look.states.count + 1, timestamp: shared.nextStamp(now), state: state,
                    terminationReason: reason?.rawValue, terminationMessage: message, exitStatus: exitStatus))
            if isFinal { shared.look.isEnded = true }
            return shared.change()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Tells that nothing more is written to the job's log.
    func completeJobLog() {
        let waiters = shared.withLock { shared in
            shared.look.isJobLogWhole = true
            return shared.change()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Wakes every reader, so that it shows its client that the connection lives.
    func beat() {
        let waiters = shared.withLock { shared in
            shared.look.beat += 1
            return shared.change()
        }
        for waiter in waiters { waiter.resume() }
    }

    func look() -> Look {
        shared.withLock { $0.look }
    }

    /// A look after which every new byte has a stamp above everything that the look shows.
    func sealedLook() -> Look {
        shared.withLock { shared in
            for kind in LogKind.allCases { shared.look[kind].isSealed = true }
            return shared.look
        }
    }

    /// Waits until something changed after `look`. Returns early where the task is cancelled.
    func change(after look: Look) async {
        let id = shared.withLock { shared in
            shared.nextWaiter += 1
            return shared.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = shared.withLock { shared in
                    // A cancellation that came before this line found no waiter to wake.
                    guard shared.look.version == look.version, !Task.isCancelled else { return true }
                    shared.waiters[id] = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            shared.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }

    /// Microseconds since the epoch.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

extension Journal.Shared {
    /// Counts a change and hands out who waited for it.
    fileprivate mutating func change() -> [CheckedContinuation<Void, Never>] {
        look.version += 1
        guard !waiters.isEmpty else { return [] }
        defer { waiters.removeAll(keepingCapacity: true) }
        return Array(waiters.values)
    }

    fileprivate mutating func nextStamp(_ now: Int64) -> Int64 {
        // A clock that is set back must not repeat a stamp.
        lastStamp = max(lastStamp + 1, now / 1_000)
        return lastStamp
    }
}

extension Journal.LogBounds {
    fileprivate func needsRecord(at now: Int64, _ microseconds: Int64, _ bytes: Int64) -> Bool {
        guard let last, !isSealed else { return true }
        return now - last.microseconds >= microseconds || now < last.microseconds || size - last.offset >= bytes
    }
}
