import NIOCore
import NIOPosix

/// A connection to an agent that is a WebSocket: frames whose ends are the agent and somebody else.
///
/// It is carried between the agent and another connection as it is: nobody here looks at what is in it.
public struct AgentTunnel: Sendable {
    /// The agent's `Sec-WebSocket-Accept`, for the other end to check.
    public let accept: String
    private let channel: any Channel

    /// The answer of an agent that stays with HTTP.
    public struct Refusal: Error, Sendable, Equatable {
        public let status: Int
        public let message: String
    }

    init(accept: String, channel: any Channel) {
        self.accept = accept
        self.channel = channel
    }

    /// Connects and asks the agent for a WebSocket.
    ///
    /// - Parameters:
    ///   - target: path and query, percent-encoded.
    ///   - key: the other end's `Sec-WebSocket-Key`.
    ///   - loop: of the connection that it is to be carried to.
    ///   - time: until the agent has agreed, connecting included.
    /// - Throws: `AgentHTTPError`, `Refusal` where the agent does not agree, `CancellationError`.
    public static func open(
        _ target: String, key: String, at address: AgentAddress, on loop: any EventLoop, within time: Duration
    ) async throws -> AgentTunnel {
        let promise = loop.makePromise(of: AgentTunnel.self)
        let timer = loop.scheduleTask(in: TimeAmount(time)) {
            promise.fail(AgentHTTPError(.deadlineExceeded, at: address, mayHaveBeenHandled: true))
        }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        let connecting = loop.makeFutureWithTask {
            try await ClientBootstrap(group: loop)
                .connectTimeout(TimeAmount(time))
                .channelOption(.autoRead, value: false)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            AgentTunnelOpening(target: target, key: key, address: address, promise: promise))
                    }
                }
                .connect(to: address, within: TimeAmount(time))
        }
        connecting.whenFailure { error in
            promise.fail(AgentHTTPError(.connectFailed, at: address, detail: "\(error)", mayHaveBeenHandled: false))
        }
        promise.futureResult.whenFailure { _ in connecting.whenSuccess { $0.close(promise: nil) } }
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            promise.fail(CancellationError())
        }
    }

    /// Carries the tunnel to another connection of the same event loop, from that one's next flush on: until then, what
    /// is written to it is still its own. Each side reads only while the other can write; the end of one ends both.
    ///
    /// - Throws: where one of them is closed already; then both are.
    public func carry(to other: any Channel) async throws {
        let channel = channel
        do {
            try await other.eventLoop.submit {
                let far = try channel.pipeline.syncOperations.handler(type: AgentTunnelOpening.self)
                let near = SpliceEnd()
                try other.syncOptions?.setOption(.autoRead, value: false)
                try other.pipeline.syncOperations.addHandler(near, position: .first)
                try far.become(SpliceEnd(), facing: near)
            }.get()
        } catch {
            close()
            other.close(promise: nil)
            throw error
        }
    }

    /// Ends it.
    public func close() { channel.close(promise: nil) }

    /// - Parameter action: called once it has ended.
    public func onEnd(_ action: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in action() }
    }
}
