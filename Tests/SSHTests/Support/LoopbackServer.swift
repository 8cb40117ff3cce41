import Dispatch
import Glibc
import Synchronization
import Testing
import Threads

@testable import SSH

/// A TCP server on a free loopback port; each connection is served by a thread.
final class LoopbackServer: Sendable {
    /// One accepted connection, for blocking calls.
    struct Connection: Sendable {
        let file: Int32

        /// What comes next; empty at the end.
        func read(_ most: Int = 65_536) -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
                count = max(0, Glibc.read(file, buffer.baseAddress, most))
            }
        }

        /// Everything up to the end.
        func readAll() -> [UInt8] {
            var all: [UInt8] = []
            while case let bytes = read(), !bytes.isEmpty { all += bytes }
            return all
        }

        /// False once the peer is gone.
        @discardableResult func write(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if count <= 0 { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        func write(_ text: String) { write(Array(text.utf8)) }

        /// From now on its close is a reset.
        func reset() {
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(file, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }

        func closeWrite() { shutdown(file, Int32(SHUT_WR)) }

        /// Runs `other` on a thread of its own beside `body`, ends the connection after it, and waits for both: the file is
        /// closed after that, and its number may be another's then.
        func beside(_ other: @escaping @Sendable () -> Void, _ body: () -> Void) {
            let hasEnded = DispatchSemaphore(value: 0)
            let started = PosixThread.start {
                other()
                hasEnded.signal()
            }
            body()
            shutdown(file, Int32(SHUT_RDWR))
            if started { hasEnded.wait() }
        }
    }

    let port: Int
    private let listener: Int32

    init(_ script: @escaping @Sendable (Connection) -> Void) throws {
        let (listener, port) = try Self.listen()
        self.listener = listener
        self.port = port
        let started = PosixThread.start {
            while true {
                let file = accept(listener, nil, nil)
                if file < 0 {
                    if errno != EINVAL { continue }
                    // It was shut down. Closed here, since by then its number may be another's.
                    close(listener)
                    return
                }
                let started = PosixThread.start {
                    script(Connection(file: file))
                    close(file)
                }
                if !started { close(file) }
            }
        }
        try #require(started)
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Sends back what comes, to the end.
    static func echo() throws -> LoopbackServer {
        try LoopbackServer { connection in
            while case let bytes = connection.read(), !bytes.isEmpty { connection.write(bytes) }
        }
    }

    /// A port that answers nobody: its queue of connections is full, and more are ignored.
    static func full() throws -> FullPort {
        let (listener, port) = try listen(backlog: 0)
        return FullPort(port: port, files: [listener] + (0..<4).map { _ in dial(port) })
    }

    final class FullPort: Sendable {
        let port: Int
        private let files: [Int32]

        init(port: Int, files: [Int32]) {
            self.port = port
            self.files = files
        }

        deinit {
            for file in files { close(file) }
        }
    }

    private static func dial(_ port: Int) -> Int32 {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = loopback(port)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return file
    }

    static func connected(to port: Int) -> Int32 {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return file
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
        return address
    }

    /// A port on which nothing listens, and nobody begins to: the system gives ports above these by itself, and each is given
    /// once here.
    static func freePort() throws -> Int {
        while true {
            let port = 12_000 + nextPort.wrappingAdd(1, ordering: .relaxed).oldValue % 20_000
            let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            try #require(probe >= 0)
            defer { close(probe) }
            var address = loopback(port)
            let isFree = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(probe, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isFree { return port }
        }
    }

    /// Other processes of this machine that run these tests begin elsewhere.
    private static let nextPort = Atomic<Int>(Int(getpid()) * 37)

    private static func listen(backlog: Int32 = 128) throws -> (Int32, Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, length) == 0 && Glibc.listen(listener, backlog) == 0
                    && getsockname(listener, raw, &length) == 0
            }
        }
        try #require(isBound)
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }
}
