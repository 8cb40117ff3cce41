#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Questions to the user. Reading waits on a queue of its own.
actor Prompt {
    enum Answer: Equatable, Sendable {
        case line(String)
        case endOfInput
        case interrupted
    }

    private let executor = QueueExecutor(label: "dstack.prompt")
    let descriptor: Int32
    private var unread: [UInt8] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(descriptor: Int32 = 0) {
        self.descriptor = descriptor
    }

    /// Whether a person types.
    nonisolated var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Reads a line. With `interrupts` a Ctrl-C ends the wait, else it ends the program.
    func readLine(_ interrupts: Interrupts? = nil) -> Answer {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeFirst(end + 1)
                return .line(line.last == "\r" ? String(line.dropLast()) : line)
            }
            var waiting = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
            if let interrupts {
                waiting.append(pollfd(fd: interrupts.descriptor, events: Int16(POLLIN), revents: 0))
            }
            guard poll(&waiting, nfds_t(waiting.count), -1) > 0 else {
                continue
            }
            if waiting.count > 1, waiting[1].revents != 0, interrupts?.take() == true {
                return .interrupted
            }
            guard waiting[0].revents != 0 else {
                continue
            }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = read(descriptor, &bytes, bytes.count)
            if count > 0 {
                unread += bytes.prefix(count)
            } else if count == 0 || errno != EINTR {
                return .endOfInput
            }
        }
    }
}
