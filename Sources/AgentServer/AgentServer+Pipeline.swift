import NIOCore
import NIOHTTP1
import NIOWebSocket

extension AgentServer {
    /// Room in front of a connection's reader and writer, in parts: a body's piece is what one read brings.
    private static var configuration: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>.Configuration {
        .init(backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8))
    }

    /// Sets up a new connection; the inner future tells, after the first request's head, what it is.
    func configure(_ channel: any Channel) -> EventLoopFuture<EventLoopFuture<Connection>> {
        channel.eventLoop.makeCompletedFuture {
            let upgrader = NIOTypedWebSocketServerUpgrader<Connection>(
                shouldUpgrade: { [router] channel, head in
                    let known = router.webSocketHandler(for: head.target.path) != nil
                    return channel.eventLoop.makeSucceededFuture(known ? HTTPHeaders() : nil)
                },
                upgradePipelineHandler: { [router] channel, head in
                    channel.eventLoop.makeCompletedFuture {
                        let target = head.target
                        guard let handler = router.webSocketHandler(for: target.path) else {
                            throw HTTPFailure(.notFound, "no such endpoint: '\(target.path)'")
                        }
                        let wrapped = try WebSocketChannel(wrappingChannelSynchronously: channel)
                        return .webSocket(wrapped, handler, target.query)
                    }
                })
            let upgrade = NIOTypedHTTPServerUpgradeConfiguration<Connection>(
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        .http(
                            try HTTPChannel(
                                wrappingChannelSynchronously: channel, configuration: Self.configuration))
                    }
                })
            let pipeline = channel.pipeline.syncOperations
            let connection = try pipeline.configureUpgradableHTTPServerPipeline(
                configuration: .init(upgradeConfiguration: upgrade))
            let upgrades = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Connection>.self)
            try pipeline.addHandler(
                UpgradeFilter { [router] in router.webSocketHandler(for: $0) != nil }, position: .before(upgrades))
            return connection
        }
    }
}

extension HTTPRequestHead {
    /// The request target, split at its question mark.
    var target: (path: String, query: Query) {
        let cut = uri.firstIndex(of: "?") ?? uri.endIndex
        let query = cut == uri.endIndex ? "" : uri[uri.index(after: cut)...]
        return (PercentEncoding.decode(uri[..<cut], plusIsBlank: false), Query(query))
    }
}
