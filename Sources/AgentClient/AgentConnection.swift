import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection to an agent, usable from any task. Everything it holds is touched on its event loop alone.
final class AgentConnection: Sendable {
    let address: AgentAddress
    private let channel: any Channel
    private let handler: NIOLoopBound<AgentConnectionHandler>

    private init(address: AgentAddress, channel: any Channel, handler: NIOLoopBound<AgentConnectionHandler>) {
        self.address = address
        self.channel = channel
        self.handler = handler
    }

    var isActive: Bool { channel.isActive }

    /// Connects. Throws `AgentHTTPError` with `.connectFailed`, `.deadlineExceeded` or `.clientClosed`.
    static func open(
        to address: AgentAddress, on group: any EventLoopGroup, until deadline: NIODeadline,
        in pool: AgentConnectionPool
    ) async throws -> AgentConnection {
        let remaining = deadline - .now()
        guard remaining > .zero else {
            throw AgentHTTPError(.deadlineExceeded, at: address, mayHaveBeenHandled: false)
        }
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(remaining)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(HTTPRequestEncoder())
                    try pipeline.addHandler(
                        ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
                    try pipeline.addHandler(AgentConnectionHandler(address: address))
                }
            }
        do {
            let channel = try await bootstrap.connect(to: address, within: remaining)
            return try await channel.eventLoop.submit {
                let handler = try channel.pipeline.syncOperations.handler(type: AgentConnectionHandler.self)
                let connection = AgentConnection(
                    address: address, channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
                guard pool.opened(connection) else {
                    channel.close(promise: nil)
                    throw AgentHTTPError(.clientClosed, at: address, mayHaveBeenHandled: false)
                }
                handler.onRelease = { pool.put(connection) }
                handler.onClosed = { pool.closed(connection) }
                return connection
            }.get()
        } catch let error as AgentHTTPError {
            throw error
        } catch let error as ChannelError {
            if case .connectTimeout = error {
                throw AgentHTTPError(.deadlineExceeded, at: address, mayHaveBeenHandled: false)
            }
            throw AgentHTTPError(noConnection: error, to: address)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw AgentHTTPError(noConnection: error, to: address)
        }
    }

    /// Sends a request and collects the whole response.
    func collect(_ request: AgentRequest, limit: Int, until deadline: NIODeadline) async throws -> AgentResponse {
        let promise = channel.eventLoop.makePromise(of: AgentResponse.self)
        let ticket = AgentExchangeTicket()
        return try await abandoning(ticket) {
            self.onLoop { $0.collect(request, limit: limit, until: deadline, as: ticket, into: promise) }
            return try await promise.futureResult.get()
        }
    }

    /// Sends a request and gives its response's head; the body is then taken by `next`.
    func begin(
        _ request: AgentRequest, until deadline: NIODeadline, as ticket: AgentExchangeTicket
    ) async throws -> AgentResponseHead {
        let promise = channel.eventLoop.makePromise(of: AgentResponseHead.self)
        return try await abandoning(ticket) {
            self.onLoop { $0.begin(request, until: deadline, as: ticket, into: promise) }
            return try await promise.futureResult.get()
        }
    }

    /// The next bytes of the body, nil at its end. `silence`: how long the agent may send nothing.
    func next(silence: TimeAmount?, as ticket: AgentExchangeTicket) async throws -> ByteBuffer? {
        let promise = channel.eventLoop.makePromise(of: ByteBuffer?.self)
        return try await abandoning(ticket) {
            self.onLoop { $0.next(silence: silence, as: ticket, into: promise) }
            return try await promise.futureResult.get()
        }
    }

    /// Ends the exchange of that ticket, if it still runs, by closing the connection.
    func abandon(_ ticket: AgentExchangeTicket) {
        ticket.cancel()
        onLoop { $0.abandon(ticket) }
    }

    /// Closes the connection; who waits on it gets `error`.
    func close(_ error: AgentHTTPError) {
        onLoop { $0.fail(error) }
    }

    private func onLoop(_ body: @escaping @Sendable (AgentConnectionHandler) -> Void) {
        if channel.eventLoop.inEventLoop {
            body(handler.value)
        } else {
            channel.eventLoop.execute { body(self.handler.value) }
        }
    }

    private func abandoning<Value: Sendable>(
        _ ticket: AgentExchangeTicket, whenCancelled body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withTaskCancellationHandler {
            try await body()
        } onCancel: {
            abandon(ticket)
        }
    }
}
