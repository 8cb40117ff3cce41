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

    /// Waits for messages or for one of some descriptors to be readable, at most until `deadline`; gives back all that are
    /// there, none where time ran out.
    func take(
        until deadline: ContinuousClock.Instant, orReadable descriptors: [Int32]
    ) -> (messages: [Message], readable: [Int32]) {
        while true {
            let taken = messages.withLock { messages in
                defer { messages = [] }
                return messages
            }
            guard taken.isEmpty else { return (taken, []) }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return ([], []) }
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            var sources = ([wake.reader] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            // One more, since a rounded-down wait would spin through the last millisecond.
            let count = poll(&sources, nfds_t(sources.count), Int32(clamping: milliseconds + 1))
            if sources[0].revents != 0 { wake.clear() }
            let readable = count > 0 ? sources.dropFirst().filter { $0.revents != 0 }.map(\.fd) : []
            if !readable.isEmpty { return ([], readable) }
        }
    }
}
