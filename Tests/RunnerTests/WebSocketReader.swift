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
        let (texts, continuation) = AsyncThrowingStream<Messages, any Error>.makeStream()
        try PosixThread.startSmall {
            do {
                try run(address, target) { continuation.yield($0) }
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

    private static func run(_ address: AgentAddress, _ target: String, _ tell: (Messages) -> Void) throws {
        let connection = try RawConnection(address)
        let request =
            "GET \(target) HTTP/1.1\r\nHost: runner\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        try connection.write(request.utf8)
        let head = try connection.takeHead()
        guard head.hasPrefix("HTTP/1.1 101 ") else { throw SystemError(head, code: EPROTO) }
        var messages = Messages()
        while messages.closeCode == nil {
            let start = try connection.take(2)
            var length = Int(start[1] & 0x7f)
            if length >= 126 {
                length = try connection.take(length == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) }
            }
            let payload = try connection.take(length)
            switch start[0] & 0x0f {
            case 2: messages.text += String(decoding: payload, as: UTF8.self)
            case 8: messages.closeCode = payload.prefix(2).reduce(0) { $0 << 8 | Int($1) }
            default: throw SystemError("understand opcode \(start[0] & 0x0f)", code: EPROTO)
            }
            tell(messages)
        }
    }
}
