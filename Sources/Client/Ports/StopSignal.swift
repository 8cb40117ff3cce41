#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// Tells any number of threads to end: a descriptor that becomes readable, once and for all.
final class StopSignal: Sendable {
    /// Readable (hung up) once it was given.
    let descriptor: Int32
    private let writer: Mutex<Int32?>

    init() throws(PortForwardError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw PortForwardError(host: "localhost", errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        descriptor = ends[0]
        writer = Mutex(ends[1])
    }

    deinit {
        give()
        close(descriptor)
    }

    func give() {
        writer.withLock { writer in
            if let end = writer.take() { close(end) }
        }
    }

    /// Waits without doing anything; true once it was given.
    func wait(milliseconds: Int32) -> Bool {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&item, 1, milliseconds) > 0
    }
}
