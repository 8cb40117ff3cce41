import AgentClient
import Glibc

@testable import Runner

/// A connection to a runner by which a test says what it likes. Blocks.
final class RawConnection: Sendable {
    private let descriptor: Int32

    init(_ address: AgentAddress) throws {
        guard case .tcp(let ip, let port) = address else { throw SystemError("use \(address)", code: EINVAL) }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(port).bigEndian
        name.sin_addr.s_addr = inet_addr(ip)
        let descriptor = descriptor
        let isConnected = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw SystemError("connect to \(ip):\(port)") }
    }

    deinit {
        close(descriptor)
    }

    func write(_ bytes: some Collection<UInt8>) throws {
        let all = Array(bytes)
        guard Glibc.write(descriptor, all, all.count) == all.count else { throw SystemError("ask") }
    }

    func take(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < count {
            let got = Glibc.read(descriptor, &piece, min(piece.count, count - bytes.count))
            guard got > 0 else { throw SystemError("read on", code: got == 0 ? EPIPE : errno) }
            bytes += piece[..<got]
        }
        return bytes
    }

    /// The lines before an answer's body.
    func takeHead() throws -> String {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head += try take(1) }
        return String(decoding: head, as: UTF8.self)
    }

    /// Nothing more is said or heard.
    func end() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
