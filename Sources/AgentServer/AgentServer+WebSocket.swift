import NIOCore
import NIOWebSocket

extension AgentServer {
    /// Runs one WebSocket: the handler writes, this reads what the client sends, until one of them ends.
    func handle(
        webSocket channel: WebSocketChannel, _ handler: @escaping Router.WebSocketHandler, _ query: Query
    ) async throws {
        try await channel.executeThenClose { inbound, outbound in
            let (left, leave) = AsyncStream.makeStream(of: Never.self)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { [self] in
                    let writer = WebSocketWriter(outbound: outbound, clientLeft: left)
                    let close = await outcome(of: handler, query, writer)
                    try await outbound.write(Self.closeFrame(close))
                }
                tasks.addTask {
                    defer { leave.finish() }
                    try await Self.answer(inbound, outbound)
                }
                // Whoever ends first ends the connection.
                defer { tasks.cancelAll() }
                try await tasks.next()
            }
        }
    }

    private func outcome(
        of handler: Router.WebSocketHandler, _ query: Query, _ writer: WebSocketWriter
    ) async -> WebSocketFailure {
        do {
            try await handler(query, writer)
            return WebSocketFailure(.normalClosure, "")
        } catch let failure as WebSocketFailure {
            return failure
        } catch {
            return WebSocketFailure(.unexpectedServerError, "\(error)")
        }
    }

    private static func answer(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async throws {
        for try await frame in inbound {
            switch frame.opcode {
            case .ping:
                try await outbound.write(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
            case .connectionClose:
                try await outbound.write(WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData))
                return
            default:
                // A reader of logs has nothing to say.
                continue
            }
        }
    }

    static func closeFrame(_ close: WebSocketFailure) -> WebSocketFrame {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: close.code)
        data.writeBytes(close.reason.utf8.prefix(123))
        return WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
    }
}
