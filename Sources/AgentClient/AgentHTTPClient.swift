import NIOCore
import NIOPosix

/// A small HTTP/1.1 client for agents: unix sockets and IP addresses, kept connections, deadlines, cancellation.
///
/// It never follows redirects, looks up names or speaks TLS; a response with an error status is returned, not
/// thrown. Cancelling the calling task closes the connection in use and throws `CancellationError`.
public final class AgentHTTPClient: Sendable {
    private let group: any EventLoopGroup
    private let pool: AgentConnectionPool

    /// - Parameters:
    ///   - idlePerAddress: how many unused connections are kept for each address.
    ///   - loops: what serves the connections.
    public init(idlePerAddress: Int = 4, on loops: AgentLoops = .shared) {
        group = loops.group
        pool = AgentConnectionPool(idlePerAddress: idlePerAddress)
    }

    /// Sends a request and collects the whole response.
    ///
    /// - Parameters:
    ///   - time: for everything, connecting included.
    ///   - limit: the largest body taken, in bytes.
    /// - Throws: `AgentHTTPError`, `CancellationError`.
    public func send(
        _ request: AgentRequest, to address: AgentAddress, within time: Duration, limit: Int = 16 << 20
    ) async throws -> AgentResponse {
        let deadline = NIODeadline.now() + .init(time)
        return try await withConnection(for: request, to: address, until: deadline) { connection in
            try await connection.collect(request, limit: limit, until: deadline)
        }
    }

    /// Sends a request and gives a response whose body is pulled piece by piece.
    ///
    /// - Parameters:
    ///   - time: until the response's head is here, connecting included.
    ///   - silence: the longest time between two pieces while one is waited for; nil: no limit.
    /// - Throws: `AgentHTTPError`, `CancellationError`.
    public func stream(
        _ request: AgentRequest, from address: AgentAddress, headWithin time: Duration, silence: Duration? = nil
    ) async throws -> AgentResponseStream {
        let deadline = NIODeadline.now() + .init(time)
        return try await withConnection(for: request, to: address, until: deadline) { connection in
            let ticket = AgentExchangeTicket()
            let head = try await connection.begin(request, until: deadline, as: ticket)
            return AgentResponseStream(
                head: head, connection: connection, ticket: ticket, silence: silence.map { TimeAmount($0) })
        }
    }

    /// Closes every connection; what is under way fails with `.clientClosed`.
    public func shutdown() {
        for connection in pool.close() {
            connection.close(
                AgentHTTPError(.clientClosed, at: connection.address, mayHaveBeenHandled: true))
        }
    }

    /// Runs an exchange on a kept connection or a fresh one. A kept one may have been closed by the agent just
    /// now: (1) we take it from the pool, (2) the agent's idle time ends and it closes, (3) our request meets a
    /// closed socket. Then nothing was handled and the exchange runs once more, on a fresh connection.
    private func withConnection<Value: Sendable>(
        for request: AgentRequest, to address: AgentAddress, until deadline: NIODeadline,
        _ exchange: (AgentConnection) async throws -> Value
    ) async throws -> Value {
        if let kept = pool.take(for: address) {
            do {
                return try await exchange(kept)
            } catch let error as AgentHTTPError
                where error.code == .connectionClosed && (request.isRepeatable || !error.requestMayHaveBeenHandled)
            {
                // Falls through to a fresh connection.
            }
        }
        try Task.checkCancellation()
        return try await exchange(.open(to: address, on: group, until: deadline, in: pool))
    }
}
