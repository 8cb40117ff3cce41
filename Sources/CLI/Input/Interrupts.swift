import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ctrl-C as something to wait for, in place of the end of the program.
///
/// The signal's handler writes a byte into a pipe; who waits reads it from there. Once installed it stays so.
final class Interrupts: Sendable {
    /// The pipe's ends. The handler may use nothing but constants, so they live here.
    private enum Pipe {
        static let ends: (reader: Int32, writer: Int32) = {
            var ends: [Int32] = [-1, -1]
            pipe(&ends)
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            return (ends[0], ends[1])
        }()
    }

    private let queue = DispatchQueue(label: "dstack.interrupts")

    /// Takes the signal over from now on.
    init() {
        _ = Pipe.ends
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            let saved = errno
            var byte: UInt8 = 1
            _ = write(Pipe.ends.writer, &byte, 1)
            errno = saved
        }
        action.sa_flags = Int32(SA_RESTART)
        sigaction(SIGINT, &action, nil)
    }

    /// Becomes readable with each Ctrl-C that nobody has taken yet.
    var descriptor: Int32 { Pipe.ends.reader }

    /// Takes the Ctrl-Cs that are there; whether there was one.
    func take() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 16)
        var found = false
        while read(Pipe.ends.reader, &bytes, bytes.count) > 0 {
            found = true
        }
        return found
    }

    /// Waits for the next Ctrl-C. Cancelling the task ends the wait.
    func wait() async throws {
        let source = DispatchSource.makeReadSource(fileDescriptor: Pipe.ends.reader, queue: queue)
        let (events, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        source.setEventHandler {
            if self.take() {
                continuation.yield()
            }
        }
        source.activate()
        defer {
            source.cancel()
        }
        for await _ in events {
            return
        }
        throw CancellationError()
    }
}
