import Glibc
import NIOCore

/// The job's side of a tunnel. It is there from the connection's first moment and keeps what comes before the tunnel
/// flows: a program may speak first, and end at once.
final class PlainEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    var peer: FramedEnd?
    private var context: ChannelHandlerContext?
    private var isFlowing = false
    private var waitsToRead = false
    private var early: [ByteBuffer] = []
    private var end = End.none
    /// Done once the program was told that no more comes.
    private var shut: EventLoopFuture<Void>?

    private enum End {
        case none
        case shut
        case broken
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: What the server's side asks for

    /// The server's side can take bytes from now on.
    func start() {
        isFlowing = true
        for bytes in early { peer?.send(bytes) }
        early = []
        peer?.flush()
        tellEnd()
        read()
    }

    var isWritable: Bool { context?.channel.isWritable == true }

    func peerBecameWritable() { if waitsToRead { read() } }

    func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }

    func flush() { context?.flush() }

    /// Tells the program that no more comes, once it has what came.
    func shutOutput() {
        guard let context, shut == nil else { return }
        let channel = context.channel
        // Known before it happens: where the program has ended already, the channel closes within the next line.
        let promise = context.eventLoop.makePromise(of: Void.self)
        shut = promise.futureResult
        written(context).flatMap { channel.close(mode: .output) }.cascade(to: promise)
    }

    /// - Parameter isCut: the program is to see a broken connection, not an end.
    func close(isCut: Bool) {
        peer = nil
        guard let context else { return }
        let channel = context.channel
        if isCut, let options = channel as? any SocketOptionProvider {
            options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
        } else {
            (shut ?? written(context)).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    /// Done when all that was written is with the kernel.
    private func written(_ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        let promise = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
        return promise.futureResult
    }

    // MARK: What comes from the job

    private func read() {
        guard let context else { return }
        if peer?.isWritable == true {
            waitsToRead = false
            context.read()
        } else {
            waitsToRead = true
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if isFlowing { peer?.send(bytes) } else { early.append(bytes) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard isFlowing else { return }
        peer?.flush()
        read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { peer?.peerBecameWritable() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { ended(.shut) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // (1) The client's end was passed on, (2) the program ends as well, (3) both directions are shut: the channel
        // closes by itself and tells no end of its input. A broken one tells its error first.
        ended(shut == nil || end == .broken ? .broken : .shut)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ended(.broken)
        context.close(promise: nil)
    }

    private func ended(_ end: End) {
        self.end = end
        if isFlowing { tellEnd() }
    }

    private func tellEnd() {
        switch end {
        case .none: break
        case .shut: peer?.jobEnded()
        case .broken:
            peer?.close(.broken("the connection in the job broke"))
            peer = nil
        }
    }
}
