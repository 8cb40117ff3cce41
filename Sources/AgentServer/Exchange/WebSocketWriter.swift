import NIOCore
import NIOWebSocket

/// The sending side of a WebSocket. What the client sends is read and dropped; pings are answered by the server.
public struct WebSocketWriter: Sendable {
    let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

    /// Sends one binary message. Returns when the connection can take more; throws when the client has left.
    public func send(binary bytes: ByteBuffer) async throws {
        try Task.checkCancellation()
        try await outbound.write(WebSocketFrame(fin: true, opcode: .binary, data: bytes))
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
