import NIOCore
import Wire

/// Asks an agent for a WebSocket and keeps what it says then until somebody takes it.
final class AgentTunnelOpening: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let target: String
    private let key: String
    private let address: AgentAddress
    private let promise: EventLoopPromise<AgentTunnel>
    private var context: ChannelHandlerContext?
    private var opening: WebSocketOpening? = WebSocketOpening()
    /// What came behind the answer.
    private var early: [ByteBuffer] = []
    private var isEnded = false

    init(target: String, key: String, address: AgentAddress, promise: EventLoopPromise<AgentTunnel>) {
        self.target = target
        self.key = key
        self.address = address
        self.promise = promise
    }

    /// Hands what has come, and all that follows, to one end of a splice in this handler's place.
    func become(_ end: SpliceEnd, facing near: SpliceEnd) throws {
        guard let context, context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        try context.pipeline.syncOperations.addHandler(end, position: .after(self))
        SpliceEnd.join(near: near, far: end, early: early, isFarEnded: isEnded)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        let request = WebSocketOpening.request(target: target, host: address.host, key: key)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: request)), promise: nil)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard opening != nil else {
            early.append(bytes)
            return
        }
        do {
            if let outcome = try opening?.take(bytes.readableBytesView) { take(outcome, context) }
        } catch {
            fail(.malformedResponse, "\(error)", context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if opening != nil { context.read() }
    }

    private func take(_ outcome: WebSocketOpening.Outcome, _ context: ChannelHandlerContext) {
        opening = nil
        switch outcome {
        case .open(let accept, let rest):
            if !rest.isEmpty { early.append(ByteBuffer(bytes: rest)) }
            promise.succeed(AgentTunnel(accept: accept, channel: context.channel))
        case .refused(let status, let body):
            var text = String(decoding: body, as: UTF8.self)
            while text.last?.isWhitespace == true { text.removeLast() }
            promise.fail(AgentTunnel.Refusal(status: status, message: text))
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { ended(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) { ended(context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.connectionClosed, "\(error)", context)
    }

    private func ended(_ context: ChannelHandlerContext) {
        isEnded = true
        guard let opening else { return }
        do {
            take(try opening.ended(), context)
        } catch {
            fail(.connectionClosed, "", context)
        }
    }

    private func fail(_ code: AgentHTTPError.Code, _ detail: String, _ context: ChannelHandlerContext) {
        opening = nil
        promise.fail(AgentHTTPError(code, at: address, detail: detail, mayHaveBeenHandled: true))
        context.close(promise: nil)
    }
}
