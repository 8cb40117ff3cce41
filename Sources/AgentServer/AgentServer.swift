import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A small HTTP/1.1 server for the agents: routes, JSON bodies, streamed answers, WebSockets.
///
/// It runs on one event loop thread. It owns its listening sockets and connections, never what the handlers work on.
public final class AgentServer: Sendable {
    typealias HTTPChannel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    typealias WebSocketChannel = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>
    typealias Listener = NIOAsyncChannel<EventLoopFuture<Connection>, Never>

    /// What a new connection turned out to be.
    enum Connection: Sendable {
        case http(HTTPChannel)
        case webSocket(WebSocketChannel, Router.WebSocketHandler, Query)
    }

    /// A socket that is listening.
    public struct Listening: Sendable {
        let channel: Listener

        /// The TCP port; nil for a unix socket.
        public var port: Int? { channel.channel.localAddress?.port }
    }

    let router: Router
    let report: @Sendable (String) -> Void
    let group: MultiThreadedEventLoopGroup
    /// Where connections are handled: on the thread that also moves their bytes.
    public let executor: any TaskExecutor

    /// - Parameter report: told, in one line, about errors that no client is told about.
    public init(router: Router, report: @escaping @Sendable (String) -> Void = { _ in }) {
        self.router = router
        self.report = report
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        executor = LoopExecutor(loop: group.next())
    }

    /// Starts listening; connections wait in the backlog until `serve`. Throws `AgentServerError`.
    public func listen(on address: ListenAddress) async throws -> Listening {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            // A small answer must not wait for the last one's acknowledgement.
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        let initializer: @Sendable (any Channel) -> EventLoopFuture<EventLoopFuture<Connection>> = { [self] channel in
            configure(channel)
        }
        do {
            switch address {
            case .tcp(let host, let port):
                let numeric = host.isEmpty ? "0.0.0.0" : host
                guard let socket = try? SocketAddress(ipAddress: numeric, port: port) else {
                    throw AgentServerError.notAnAddress(host)
                }
                return Listening(
                    channel: try await bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                        .bind(to: socket, childChannelInitializer: initializer))
            case .unix(let path):
                try UnixSocketFile.makeFree(path)
                return Listening(
                    channel: try await bootstrap.bind(
                        unixDomainSocketPath: path, childChannelInitializer: initializer))
            case .descriptor(let descriptor):
                return Listening(channel: try await bootstrap.bind(descriptor, childChannelInitializer: initializer))
            }
        } catch let error as AgentServerError {
            throw error
        } catch {
            throw AgentServerError.cannotListen(on: address.words, reason: "\(error)")
        }
    }

    /// Answers requests on `listening` until the task is cancelled; connections are cut then.
    public func serve(_ listening: Listening) async throws {
        try await listening.channel.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { tasks in
                for try await connection in connections {
                    tasks.addTask(executorPreference: executor) { [self] in await handle(connection) }
                }
                // The listener ended: what is still connected ends with it.
                tasks.cancelAll()
            }
        }
    }

    /// Ends the event loop thread, after every `serve` has returned.
    public func shutDown() async throws {
        try await group.shutdownGracefully()
    }

    private func handle(_ connection: EventLoopFuture<Connection>) async {
        do {
            switch try await connection.get() {
            case .http(let channel): try await handle(http: channel)
            case .webSocket(let channel, let handler, let query):
                try await handle(webSocket: channel, handler, query)
            }
        } catch is CancellationError {
            // The server ends.
        } catch let error as ChannelError where error == .inappropriateOperationForState {
            // The client left before its first request.
        } catch let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE {
            // The client left.
        } catch {
            report("connection ended: \(error)")
        }
    }
}

extension ListenAddress {
    var words: String {
        switch self {
        case .tcp(let host, let port): "'\(host.isEmpty ? "0.0.0.0" : host):\(port)'"
        case .unix(let path): "'\(path)'"
        case .descriptor(let number): "descriptor \(number)"
        }
    }
}
