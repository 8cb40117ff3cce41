import NIOCore
import NIOHTTP1

/// Performs what `AgentExchange` decides, on one channel.
final class AgentConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Who takes the response.
    private enum Consumer {
        case none
        case stream(head: EventLoopPromise<AgentResponseHead>?, body: EventLoopPromise<ByteBuffer?>?)
        case collector(EventLoopPromise<AgentResponse>, head: AgentResponseHead?, body: ByteBuffer, limit: Int)
    }

    private let address: AgentAddress
    private var exchange = AgentExchange()
    private var context: ChannelHandlerContext?
    private var consumer = Consumer.none
    private var ticket: AgentExchangeTicket?
    private var timer: Scheduled<Void>?
    private var head: AgentResponseHead?
    private var failure: (any Error)?
    private var closesAfterEnd = false
    /// Called when an exchange is over and the connection can carry another; false: nobody wants it.
    var onRelease: (() -> Bool)?
    /// Called once, when the channel is closed.
    var onClosed: (() -> Void)?

    /// How long a connection waits for its next request.
    private static let idleTime = TimeAmount.seconds(60)

    init(address: AgentAddress) {
        self.address = address
    }

    // MARK: What the caller asks for

    func collect(
        _ request: AgentRequest, limit: Int, until deadline: NIODeadline, as ticket: AgentExchangeTicket,
        into promise: EventLoopPromise<AgentResponse>
    ) {
        guard let context = usable(for: ticket, or: promise) else { return }
        self.ticket = ticket
        consumer = .collector(promise, head: nil, body: ByteBuffer(), limit: limit)
        send(request, until: deadline, on: context)
    }

    func begin(
        _ request: AgentRequest, until deadline: NIODeadline, as ticket: AgentExchangeTicket,
        into promise: EventLoopPromise<AgentResponseHead>
    ) {
        guard let context = usable(for: ticket, or: promise) else { return }
        self.ticket = ticket
        consumer = .stream(head: promise, body: nil)
        send(request, until: deadline, on: context)
    }

    func next(silence: TimeAmount?, as ticket: AgentExchangeTicket, into promise: EventLoopPromise<ByteBuffer?>) {
        if failure == nil, self.ticket !== ticket {
            promise.succeed(nil)  // read to its end before
            return
        }
        guard let context = usable(for: ticket, or: promise) else { return }
        consumer = .stream(head: nil, body: promise)
        if let silence {
            startTimer(until: .now() + silence, on: context)
        }
        perform(exchange.wanted(), on: context)
    }

    func abandon(_ ticket: AgentExchangeTicket) {
        guard self.ticket === ticket else { return }
        fail(CancellationError())
    }

    func fail(_ error: any Error) {
        timer?.cancel()
        failure = failure ?? error
        deliverFailure(error)
        guard let context else { return }
        perform(exchange.abandoned(), on: context)
    }

    // MARK: What the channel reports

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        onClosed?()
        onRelease = nil
        onClosed = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        perform(exchange.connected(), on: context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let received):
            head = AgentResponseHead(received)
            let informational = (100..<200).contains(received.status.code)
            let actions = exchange.headReceived(keepsAlive: received.isKeepAlive, isInformational: informational)
            perform(actions, on: context)
        case .body(let bytes):
            perform(exchange.bodyReceived(bytes), on: context)
        case .end:
            perform(exchange.endReceived(), on: context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        perform(exchange.readCompleted(), on: context)
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(AgentHTTPError(.connectionClosed, at: address, mayHaveBeenHandled: !exchange.isIdle))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let code: AgentHTTPError.Code =
            switch error as? HTTPParserError {
            case nil, .invalidEOFState: .connectionClosed  // the response was cut short
            case .some: .malformedResponse
            }
        fail(AgentHTTPError(code, at: address, detail: "\(error)", mayHaveBeenHandled: true))
    }

    // MARK: Performing

    private func send(_ request: AgentRequest, until deadline: NIODeadline, on context: ChannelHandlerContext) {
        head = nil
        startTimer(until: deadline, on: context)
        var head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue), uri: request.target)
        head.headers.reserveCapacity(request.headers.count + 2)
        head.headers.add(name: "Host", value: address.host)
        for header in request.headers {
            head.headers.add(name: header.name, value: header.value)
        }
        if let body = request.body {
            head.headers.add(name: "Content-Length", value: "\(body.readableBytes)")
        } else if request.method != .get {
            head.headers.add(name: "Content-Length", value: "0")
        }
        let actions = exchange.requestSent()
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body = request.body, body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        perform(actions, on: context)
    }

    private func perform(_ actions: [AgentExchange.Action], on context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .read:
                context.read()
            case .deliverHead:
                deliverHead(on: context)
            case .deliver(let bytes):
                deliver(bytes, on: context)
            case .deliverEnd:
                deliverEnd()
                if closesAfterEnd { context.close(promise: nil) }
            case .release:
                release(on: context)
            case .close:
                context.close(promise: nil)
            case .protocolViolation:
                fail(AgentHTTPError(.malformedResponse, at: address, mayHaveBeenHandled: true))
                context.close(promise: nil)
            }
        }
    }

    private func release(on context: ChannelHandlerContext) {
        timer?.cancel()
        ticket = nil
        guard onRelease?() == true else {
            // Not before the end is delivered: closing fails what is still waited for.
            closesAfterEnd = true
            return
        }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.idleTime) { [address] in
            self.fail(AgentHTTPError(.connectionClosed, at: address, mayHaveBeenHandled: false))
        }
    }

    private func deliverHead(on context: ChannelHandlerContext) {
        guard let head else { return }
        switch consumer {
        case .none:
            break
        case .stream(let promise, let body):
            timer?.cancel()
            consumer = .stream(head: nil, body: body)
            promise?.succeed(head)
        case .collector(let promise, _, let body, let limit):
            consumer = .collector(promise, head: head, body: body, limit: limit)
            perform(exchange.wanted(), on: context)
        }
    }

    private func deliver(_ bytes: ByteBuffer, on context: ChannelHandlerContext) {
        switch consumer {
        case .none:
            break
        case .stream(_, let promise):
            timer?.cancel()
            consumer = .stream(head: nil, body: nil)
            promise?.succeed(bytes)
        case .collector(let promise, let head, var body, let limit):
            guard body.readableBytes + bytes.readableBytes <= limit else {
                fail(
                    AgentHTTPError(
                        .responseTooLarge, at: address, detail: "over \(limit) bytes", mayHaveBeenHandled: true))
                return
            }
            if body.readableBytes == 0 {
                body = bytes
            } else {
                consumer = .none  // lets go of the buffer, so that it grows in place
                body.writeImmutableBuffer(bytes)
            }
            consumer = .collector(promise, head: head, body: body, limit: limit)
            perform(exchange.wanted(), on: context)
        }
    }

    private func deliverEnd() {
        let finished = consumer
        consumer = .none
        switch finished {
        case .none:
            break
        case .stream(_, let promise):
            promise?.succeed(nil)
        case .collector(let promise, let head, let body, _):
            guard let head else { return }
            promise.succeed(AgentResponse(head: head, body: body))
        }
    }

    private func deliverFailure(_ error: any Error) {
        let failed = consumer
        consumer = .none
        switch failed {
        case .none:
            break
        case .stream(let head, let body):
            head?.fail(error)
            body?.fail(error)
        case .collector(let promise, _, _, _):
            promise.fail(error)
        }
    }

    /// The context, or nil after having failed the promise because the connection or the caller is gone.
    private func usable<Value>(
        for ticket: AgentExchangeTicket, or promise: EventLoopPromise<Value>
    ) -> ChannelHandlerContext? {
        guard !ticket.isCancelled else {
            // The connection was taken from the pool and carries nothing: nobody else would close it.
            context?.close(promise: nil)
            promise.fail(CancellationError())
            return nil
        }
        if let context, failure == nil, context.channel.isActive { return context }
        promise.fail(failure ?? AgentHTTPError(.connectionClosed, at: address, mayHaveBeenHandled: false))
        return nil
    }

    private func startTimer(until deadline: NIODeadline, on context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [address] in
            self.fail(AgentHTTPError(.deadlineExceeded, at: address, mayHaveBeenHandled: true))
        }
    }
}
