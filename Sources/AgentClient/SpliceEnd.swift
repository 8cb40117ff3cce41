import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One end of two connections on one event loop that carry each other's bytes.
///
/// Each reads only while the other can write. It stands at the front of its pipeline: what is behind it sees no byte
/// any more, and no end but the connection's.
final class SpliceEnd: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private var context: ChannelHandlerContext?
    private var peer: SpliceEnd?
    /// Whether this is the agent's side.
    private var isFar = false
    private var isFlowing = false
    private var waitsToRead = false
    private var early: [ByteBuffer] = []
    private var isEnded = false

    /// Ties two ends together; bytes flow with the next flush of the near one.
    ///
    /// - Parameters:
    ///   - early: what came on the far one already.
    ///   - isFarEnded: whether nothing more comes on the far one.
    static func join(near: SpliceEnd, far: SpliceEnd, early: [ByteBuffer], isFarEnded: Bool) {
        near.peer = far
        far.peer = near
        far.isFar = true
        far.early = early
        far.isEnded = isFarEnded
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Bytes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if isFlowing { peer?.send(bytes) } else { early.append(bytes) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard isFlowing else { return }
        peer?.context?.flush()
        read()
    }

    private func read() {
        guard let context, isFlowing else { return }
        waitsToRead = peer?.isWritable != true
        if !waitsToRead { context.read() }
    }

    private var isWritable: Bool { context?.channel.isWritable == true }

    private func send(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(.byteBuffer(bytes)), promise: nil) }

    private func start() {
        guard !isFlowing else { return }
        isFlowing = true
        for bytes in early { peer?.send(bytes) }
        early = []
        peer?.context?.flush()
        if isEnded { end() } else { read() }
    }

    // MARK: What is behind

    /// It reads no more.
    func read(context: ChannelHandlerContext) {}

    func flush(context: ChannelHandlerContext) {
        context.flush()
        let peer = peer
        start()
        peer?.start()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let peer, peer.waitsToRead { peer.read() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Ends

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            isEnded = true
            if isFlowing { end() }
        } else if event is ChannelShouldQuiesceEvent {
            end()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end() }

    /// Ends both.
    private func end() {
        let other = peer
        peer = nil
        context?.close(promise: nil)
        other?.finish()
    }

    /// The other one has ended. What it sent last still goes to whoever asked for the tunnel; who asked and leaves before
    /// the agent has closed breaks off, and an agent that takes nothing is not waited for.
    private func finish() {
        peer = nil
        guard let context else { return }
        let channel = context.channel
        if isFar, let options = channel as? any SocketOptionProvider {
            // At once: an end would stand behind what it does not take.
            options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
            return
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: promise)
    }
}
