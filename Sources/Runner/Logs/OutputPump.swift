import Glibc
import Synchronization
import Threads

/// Carries what the job's terminal shows into its log, on a thread of its own.
///
/// It reads no more than it has written: a slow disk holds the job back, and memory stays the same whatever the job
/// writes. It ends when the last process has closed the terminal, or soon after `finish`.
final class OutputPump: Sendable {
    enum Event: Equatable, Sendable {
        case quotaExceeded(bytes: Int)
        case failed(String)
        /// Nothing more will be appended.
        case ended
    }

    private static let bufferBytes = 64 << 10
    /// How long a terminal that somebody still holds may be silent after `finish`.
    private static let patienceMilliseconds: Int32 = 200

    private let master: Int32
    private let journal: Journal
    private let tell: @Sendable (Event) -> Void
    private let wake: WakePipe
    private let isFinishing = Atomic(false)

    private init(
        master: Int32, journal: Journal, wake: WakePipe, tell: @escaping @Sendable (Event) -> Void
    ) {
        self.master = master
        self.journal = journal
        self.wake = wake
        self.tell = tell
    }

    /// Starts carrying. `quota` is in bytes an hour, nil for no limit; `tell` is called on the pump's thread.
    static func start(
        from terminal: PseudoTerminal, to journal: Journal, quota: Int?, tell: @escaping @Sendable (Event) -> Void
    ) throws(SystemError) -> OutputPump {
        let pump = OutputPump(master: terminal.master, journal: journal, wake: try WakePipe(), tell: tell)
        try PosixThread.startSmall { pump.run(LogQuota(bytesPerHour: quota, start: .now)) }
        return pump
    }

    /// No process of the job is left: what the terminal still holds is the end.
    func finish() {
        isFinishing.store(true, ordering: .releasing)
        wake.signal()
    }

    private func run(_ limit: LogQuota) {
        var quota = limit
        var keeps = true
        withUnsafeTemporaryAllocation(byteCount: Self.bufferBytes, alignment: 16) { buffer in
            while true {
                let (count, isOpen) = fill(buffer)
                if count > 0 && keeps {
                    if !quota.allows(count, at: .now) {
                        keeps = false
                        tell(.quotaExceeded(bytes: quota.bytesPerHour ?? 0))
                    } else {
                        do throws(SystemError) {
                            try journal.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: .job)
                        } catch {
                            keeps = false
                            tell(.failed(error.description))
                        }
                    }
                }
                guard isOpen, count == buffer.count || waitForMore() else { break }
            }
        }
        tell(.ended)
    }

    /// Reads until the buffer is full or the terminal has nothing more now; false where it never will.
    private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> (count: Int, isOpen: Bool) {
        var count = 0
        while count < buffer.count {
            let got = read(master, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            if got > 0 {
                count += got
            } else if got < 0 && errno == EAGAIN {
                return (count, true)
            } else if got < 0 && errno == EINTR {
                continue
            } else {
                // EIO: every process has closed its side, and all that they wrote has been read.
                return (count, false)
            }
        }
        return (count, true)
    }

    /// Waits for output; false where the job is over and the terminal stayed silent.
    private func waitForMore() -> Bool {
        while true {
            let isFinishing = isFinishing.load(ordering: .acquiring)
            var sources = [
                pollfd(fd: master, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isFinishing ? -1 : wake.reader, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&sources, 2, isFinishing ? Self.patienceMilliseconds : -1)
            if ready < 0 && errno == EINTR { continue }
            if sources[0].revents != 0 { return true }
            if isFinishing { return false }
            wake.clear()
        }
    }
}

/// Counts log bytes by the hour, as dstack's quota does: the hours begin with the job.
struct LogQuota: Equatable, Sendable {
    let bytesPerHour: Int?
    private let start: ContinuousClock.Instant
    private var hour: Int64 = 0
    private var used = 0

    /// A quota of nil or 0 is none.
    init(bytesPerHour: Int?, start: ContinuousClock.Instant) {
        self.bytesPerHour = bytesPerHour.flatMap { $0 > 0 ? $0 : nil }
        self.start = start
    }

    /// Takes `bytes` from this hour's share; false, and nothing taken, where they do not fit.
    mutating func allows(_ bytes: Int, at now: ContinuousClock.Instant) -> Bool {
        guard let bytesPerHour else { return true }
        let hour = start.duration(to: now).components.seconds / 3600
        if hour != self.hour {
            self.hour = hour
            used = 0
        }
        guard used + bytes <= bytesPerHour else { return false }
        used += bytes
        return true
    }
}
