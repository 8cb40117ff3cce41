import Testing
import Threads

@testable import HTTPClient

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server on a free loopback port that takes one connection after the other and lets a script speak on each.
final class ScriptedServer: Sendable {
    /// One accepted connection, in the script's hands.
    struct Connection {
        let descriptor: Int32

        /// The request's head, up to and with the blank line.
        func readHead() -> String {
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]), read(descriptor, &byte, 1) == 1 {
                bytes.append(byte)
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Exactly `count` bytes of the body.
        func readBody(_ count: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while bytes.count < count, read(descriptor, &byte, 1) == 1 {
                bytes.append(byte)
            }
            return bytes
        }

        func send(_ text: String) {
            send(Array(text.utf8))
        }

        /// Sends bytes; false once the peer is gone.
        @discardableResult func send(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else {
                    return false
                }
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// Waits until the peer closes.
        func waitForClose() {
            var byte: UInt8 = 0
            while read(descriptor, &byte, 1) == 1 {}
        }
    }

    private let listener: Int32
    let port: UInt16
    var url: String { "http://127.0.0.1:\(port)" }

    init(_ script: @escaping @Sendable (Connection) -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, raw, &length) == 0
            }
        }
        try #require(isBound)
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        let started = PosixThread.start {
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 {
                    if errno != EINVAL { continue }
                    // It was shut down. Closed here, since by then its number may be another's.
                    close(listener)
                    return
                }
                script(Connection(descriptor: descriptor))
                close(descriptor)
            }
        }
        try #require(started)
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }
}
