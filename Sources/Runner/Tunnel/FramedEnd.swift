import NIOCore
import Wire

/// The server's side of a tunnel: frames of the client's, masked, against frames of ours.
final class FramedEnd: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    var peer: PlainEnd?
    /// Whether there is no other side: what comes is dropped.
    private let isAlone: Bool
    private var context: ChannelHandlerContext?
    private var decoder = TunnelDecoder(isMasked: true)
    private var isFlowing = false
    private var waitsToRead = false
    /// Which directions have come to their end: the client's bytes, the job's.
    private var isClientDone = false
    private var isJobDone = false
    private var isClosing = false

    init(isAlone: Bool = false) {
        self.isAlone = isAlone
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: What comes from the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        var bytes = unwrapInboundIn(data)
        var events: [TunnelDecoder.Event] = []
        var failure: TunnelClose?
        // All at once: each slice that is taken before would make this copy what all of them share.
        bytes.withUnsafeMutableReadableBytes { raw in
            var position = 0
            do {
                while position < raw.count, let event = try decoder.next(in: raw, at: &position) {
                    events.append(event)
                }
            } catch {
                failure = .init(1002, "\(error)")
            }
        }
        for event in events where !isClosing { take(event, of: bytes, context) }
        if let failure { close(failure) }
    }

    /// - Parameter bytes: where the bytes of a `data` are, by their place behind its reader.
    private func take(_ event: TunnelDecoder.Event, of bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        switch event {
        case .data(let range):
            if !isClientDone, let data = bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) {
                peer?.write(data)
            }
        case .ping(let payload):
            // Who asks faster than he listens gets fewer answers.
            if isWritable {
                write(ByteBuffer(bytes: TunnelFrame.whole(.pong, payload, mask: nil)), context)
                context.flush()
            }
        case .end:
            isClientDone = true
            peer?.shutOutput()
            closeIfDone()
        case .close(let close):
            isClosing = true
            peer?.close(isCut: close.code != TunnelClose.done.code)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        peer?.flush()
        read()
    }

    /// Reads on where the job's side can take more.
    private func read() {
        guard isFlowing, let context else { return }
        if isAlone || peer?.isWritable == true {
            waitsToRead = false
            context.read()
        } else {
            waitsToRead = true
        }
    }

    // MARK: What the job's side asks for

    var isWritable: Bool { context?.channel.isWritable == true }

    func peerBecameWritable() { if waitsToRead { read() } }

    func send(_ bytes: ByteBuffer) {
        guard let context, !isClosing else { return }
        write(ByteBuffer(bytes: TunnelFrame.header(.binary, length: bytes.readableBytes, mask: nil)), context)
        write(bytes, context)
    }

    func flush() { context?.flush() }

    func jobEnded() {
        guard let context, !isJobDone, !isClosing else { return }
        isJobDone = true
        write(ByteBuffer(bytes: TunnelFrame.end(mask: nil)), context)
        context.flush()
        closeIfDone()
    }

    /// Ends the tunnel with its last word.
    func close(_ close: TunnelClose) {
        guard let context, !isClosing else { return }
        isClosing = true
        let promise = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(
            wrapOutboundOut(.byteBuffer(ByteBuffer(bytes: TunnelFrame.close(close, mask: nil)))), promise: promise)
        peer?.close(isCut: close != .done)
    }

    private func closeIfDone() {
        if isClientDone, isJobDone { close(.done) }
    }

    private func write(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
    }

    // MARK: The channel

    /// The handlers of HTTP behind this one read no more.
    func read(context: ChannelHandlerContext) {}

    func flush(context: ChannelHandlerContext) {
        context.flush()
        guard !isFlowing else { return }
        isFlowing = true
        read()
        peer?.start()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { peer?.peerBecameWritable() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Without a close it was cut: the program in the job must not take what it got for the whole.
        if !isClosing { peer?.close(isCut: true) }
        isClosing = true
        peer = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
