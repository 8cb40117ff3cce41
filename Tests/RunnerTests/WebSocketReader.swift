import Glibc
import Threads
import AgentClient

@testable import Runner

/// A WebSocket client that reads, on a thread of its own.
enum WebSocketReader {
    struct Messages: Sendable {
        var text = ""
        var closeCode: Int?
    }

    /// Reads until the server closes; `onText` sees all text so far after each message.
    static func read(
        _ address: AgentAddress, _ target: String, onText: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) async throws -> Messages {
        guard case .tcp(let ip, let port) = address else { throw SystemError("use \(address)", code: EINVAL) }
        let (texts, continuation) = AsyncThrowingStream<Messages, any Error>.makeStream()
        try PosixThread.startSmall {
            do {
                try run(ip, port, target) { continuation.yield($0) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        var last = Messages()
        for try await messages in texts {
            last = messages
            if messages.closeCode == nil { try await onText(messages.text) }
        }
        return last
    }

    private static func run(_ ip: String, _ port: Int, _ target: String, _ tell: (Messages) -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(port).bigEndian
        name.sin_addr.s_addr = inet_addr(ip)
        let isConnected = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw SystemError("connect to \(ip):\(port)") }
        let request =
            "GET \(target) HTTP/1.1\r\nHost: \(ip)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        guard write(descriptor, request, request.utf8.count) == request.utf8.count else { throw SystemError("ask") }
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head += try take(1, descriptor) }
        guard head.starts(with: "HTTP/1.1 101 ".utf8) else {
            throw SystemError(String(decoding: head, as: UTF8.self), code: EPROTO)
        }
        var messages = Messages()
        while messages.closeCode == nil {
            let start = try take(2, descriptor)
            var length = Int(start[1] & 0x7f)
            if length >= 126 {
                length = try take(length == 126 ? 2 : 8, descriptor).reduce(0) { $0 << 8 | Int($1) }
            }
            let payload = try take(length, descriptor)
            switch start[0] & 0x0f {
            case 2: messages.text += String(decoding: payload, as: UTF8.self)
            case 8: messages.closeCode = payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }
            default: throw SystemError("understand opcode \(start[0] & 0x0f)", code: EPROTO)
            }
            tell(messages)
        }
    }

    private static func take(_ count: Int, _ descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < count {
            let got = Glibc.read(descriptor, &piece, min(piece.count, count - bytes.count))
            guard got > 0 else { throw SystemError("read on", code: got == 0 ? EPIPE : errno) }
            bytes += piece[..<got]
        }
        return bytes
    }
}
