import Glibc
import Synchronization

/// Messages to the one thread that owns the job, in the order in which they were posted.
final class Mailbox: Sendable {
    private let messages = Mutex<[Message]>([])
    private let wake: WakePipe

    init() throws(SystemError) {
        wake = try WakePipe()
    }

    /// May be called from any thread.
    func post(_ message: Message) {
        let wasEmpty = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if wasEmpty { wake.signal() }
    }

    /// Waits for messages, at most until `deadline`; gives back all that are there, none where time ran out.
    func take(until deadline: ContinuousClock.Instant) -> [Message] {
        while true {
            let taken = messages.withLock { messages in
                defer { messages = [] }
                return messages
            }
            guard taken.isEmpty else { return taken }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return [] }
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            var source = pollfd(fd: wake.reader, events: Int16(POLLIN), revents: 0)
            // One more, since a rounded-down wait would spin through the last millisecond.
            _ = poll(&source, 1, Int32(clamping: milliseconds + 1))
            wake.clear()
        }
    }
}
