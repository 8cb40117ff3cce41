import NIOCore
import NIOWebSocket

/// The sending side of a WebSocket. What the client sends is read and dropped; pings are answered by the server.
public struct WebSocketWriter: Sendable {
    let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    /// Ends when the client has closed or left.
    let clientLeft: AsyncStream<Never>

    /// Sends one binary message. Returns when the connection can take more; throws when the client has left.
    public func send(binary bytes: ByteBuffer) async throws {
        try Task.checkCancellation()
        try await outbound.write(WebSocketFrame(fin: true, opcode: .binary, data: bytes))
    }

    /// Says that nothing follows, and returns once the client has answered that, and so has everything, or has left.
    public func finish() async throws {
        try await outbound.write(AgentServer.closeFrame(WebSocketFailure(.normalClosure, "")))
        for await _ in clientLeft {}
    }
}

/// Ends a WebSocket with a status code and a reason: a handler throws it.
public struct WebSocketFailure: Error, Sendable, Equatable {
    public var code: WebSocketErrorCode
    /// At most 123 bytes reach the client.
    public var reason: String

    public init(_ code: WebSocketErrorCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
