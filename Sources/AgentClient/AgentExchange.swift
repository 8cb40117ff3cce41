import NIOCore

/// What a connection is doing for its caller, without its I/O: from the request's last byte to the response's
/// last. A value type; the connection performs the actions.
///
///     idle → awaitingHead → receiving → idle | closed
///
/// A response's bytes wait here until the caller takes them; over `highWater` of them, nothing more is read
/// from the socket, which is the back-pressure on the agent.
struct AgentExchange: Equatable {
    enum State: Equatable {
        case idle
        case awaitingHead
        /// `waiting`: the caller asked for bytes and there were none.
        case receiving(buffered: ByteBuffer, waiting: Bool, ended: Bool)
        case closed
    }

    enum Action: Equatable {
        case read
        case deliverHead
        case deliver(ByteBuffer)
        case deliverEnd
        /// The exchange is over and the connection can carry another.
        case release
        case close
        /// The peer did something that HTTP does not allow here.
        case protocolViolation
    }

    static let highWater = 64 * 1024

    private(set) var state: State = .idle
    /// Whether a read was asked of the socket and not yet answered.
    private(set) var isReading = false
    /// Whether the agent lets the connection live on after this response.
    private(set) var keepsAlive = true
    /// Whether any byte of a response came since the request was sent.
    private(set) var hasResponse = false

    var isIdle: Bool { state == .idle }

    mutating func connected() -> [Action] {
        read()
    }

    mutating func requestSent() -> [Action] {
        switch state {
        case .idle:
            state = .awaitingHead
            hasResponse = false
            keepsAlive = true
            return read()
        case .awaitingHead, .receiving, .closed:
            return [.protocolViolation]
        }
    }

    mutating func headReceived(keepsAlive: Bool, isInformational: Bool) -> [Action] {
        switch state {
        case .awaitingHead where isInformational:
            return []
        case .awaitingHead:
            self.keepsAlive = keepsAlive
            hasResponse = true
            state = .receiving(buffered: ByteBuffer(), waiting: false, ended: false)
            return [.deliverHead]
        case .idle, .receiving:
            state = .closed
            return [.protocolViolation]
        case .closed:
            return []
        }
    }

    mutating func bodyReceived(_ bytes: ByteBuffer) -> [Action] {
        switch state {
        case .receiving(var buffered, let waiting, false):
            if waiting {
                state = .receiving(buffered: buffered, waiting: false, ended: false)
                return [.deliver(bytes)]
            }
            if buffered.readableBytes == 0 {
                buffered = bytes
            } else {
                state = .closed  // lets go of the buffer, so that it grows in place
                buffered.writeImmutableBuffer(bytes)
            }
            state = .receiving(buffered: buffered, waiting: false, ended: false)
            return []
        case .receiving(_, _, true), .idle, .awaitingHead:
            state = .closed
            return [.protocolViolation]
        case .closed:
            return []
        }
    }

    mutating func endReceived() -> [Action] {
        switch state {
        case .receiving(_, waiting: true, ended: false):
            return finish()
        case .receiving(let buffered, waiting: false, ended: false):
            state = .receiving(buffered: buffered, waiting: false, ended: true)
            return []
        case .awaitingHead:
            // The end of an informational response (100 Continue).
            return []
        case .receiving(_, _, ended: true), .idle:
            state = .closed
            return [.protocolViolation]
        case .closed:
            return []
        }
    }

    /// The socket handed over everything it had for the last read.
    mutating func readCompleted() -> [Action] {
        isReading = false
        switch state {
        case .idle, .awaitingHead:
            return read()
        case .receiving(let buffered, let waiting, ended: false):
            return waiting || buffered.readableBytes < Self.highWater ? read() : []
        case .receiving(_, _, ended: true), .closed:
            return []
        }
    }

    /// The caller wants the next bytes of the body.
    mutating func wanted() -> [Action] {
        switch state {
        case .receiving(let buffered, waiting: false, let ended):
            if buffered.readableBytes > 0 {
                state = .receiving(buffered: ByteBuffer(), waiting: false, ended: ended)
                return [.deliver(buffered)] + (ended ? [] : read())
            }
            if ended {
                return finish()
            }
            state = .receiving(buffered: buffered, waiting: true, ended: false)
            return read()
        case .receiving(_, waiting: true, _), .idle, .awaitingHead, .closed:
            return [.protocolViolation]
        }
    }

    /// The caller is gone, or the connection is.
    mutating func abandoned() -> [Action] {
        guard state != .closed else { return [] }
        state = .closed
        return [.close]
    }

    /// The connection is released before its caller hears of the end, so that the caller's next request finds it.
    private mutating func finish() -> [Action] {
        guard keepsAlive else {
            state = .closed
            return [.deliverEnd, .close]
        }
        state = .idle
        return read() + [.release, .deliverEnd]
    }

    private mutating func read() -> [Action] {
        guard !isReading else { return [] }
        isReading = true
        return [.read]
    }
}
