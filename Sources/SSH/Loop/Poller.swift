import CLinux
import Glibc

/// Waits for many descriptors at once, and can be woken from any thread.
///
/// Each change of a descriptor is told once: who reads or writes goes on until the system says that it would block.
struct Poller {
    private let epoll: Int32
    private var happenings: [clinux_happening]

    /// - Throws: `errno` where the system has no descriptor left.
    init(wake: Int32) throws(Errno) {
        epoll = clinux_epoll_open()
        happenings = Array(repeating: clinux_happening(), count: 64)
        guard epoll >= 0 else { throw Errno(errno) }
        guard add(wake, token: 0) else {
            let code = errno
            Glibc.close(epoll)
            throw Errno(code)
        }
    }

    /// Adds a descriptor.
    func add(_ file: Int32, token: UInt) -> Bool {
        clinux_epoll_add(epoll, file, token) == 0
    }

    func remove(_ file: Int32) {
        // What is not there need not be taken out.
        _ = clinux_epoll_remove(epoll, file)
    }

    /// - Parameter milliseconds: -1 waits for ever.
    mutating func wait(milliseconds: Int32, _ body: (_ token: UInt, _ events: UInt32) -> Void) {
        let count = clinux_epoll_wait(epoll, &happenings, milliseconds)
        // Interrupted by a signal: nothing happened.
        if count <= 0 { return }
        for index in 0..<Int(count) { body(happenings[index].token, happenings[index].events) }
    }

    func close() {
        Glibc.close(epoll)
    }
}

/// What a system call says went wrong.
struct Errno: Error {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    var words: String { String(cString: strerror(code)) }
}
