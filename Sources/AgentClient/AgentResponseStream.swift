import NIOCore

/// A response whose body is pulled. Dropping it closes its connection.
public final class AgentResponseStream: Sendable {
    public let head: AgentResponseHead
    private let connection: AgentConnection
    private let ticket: AgentExchangeTicket
    private let silence: TimeAmount?

    init(
        head: AgentResponseHead, connection: AgentConnection, ticket: AgentExchangeTicket, silence: TimeAmount?
    ) {
        self.head = head
        self.connection = connection
        self.ticket = ticket
        self.silence = silence
    }

    deinit {
        cancel()
    }

    /// 100...599.
    public var status: Int { head.status }

    /// The next bytes, nil at the end of the body. One call at a time.
    ///
    /// - Throws: `AgentHTTPError`, `CancellationError`.
    public func next() async throws -> ByteBuffer? {
        try await connection.next(silence: silence, as: ticket)
    }

    /// Closes the connection, unless the body was read to its end.
    public func cancel() {
        connection.abandon(ticket)
    }
}
