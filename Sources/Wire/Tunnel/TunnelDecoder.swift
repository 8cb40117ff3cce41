/// Reads the frames of a tunnel from bytes as they come. Pure: it holds the begun frame's header and nothing else.
public struct TunnelDecoder: Sendable {
    public enum Event: Sendable, Equatable {
        /// Bytes of the connection: this part of the input, its mask taken off in place.
        case data(Range<Int>)
        /// The peer has shut its writing side.
        case end
        /// To be answered with a pong of the same payload.
        case ping([UInt8])
        case close(TunnelClose)
    }

    private struct Frame {
        let opcode: TunnelFrame.Opcode
        let isFinal: Bool
        let mask: UInt32?
        let length: Int
        var taken = 0
    }

    /// Whether the peer has to mask its frames, as a client has; a server must not.
    private let isMasked: Bool
    private var head: [UInt8] = []
    private var frame: Frame?
    /// The kind of the message whose frames are coming in.
    private var message: TunnelFrame.Opcode?
    /// What has come of a text message, and of a control frame, which may come between a message's frames.
    private var text: [UInt8] = []
    private var control: [UInt8] = []

    private static let shortLimit = 125

    public init(isMasked: Bool) {
        self.isMasked = isMasked
    }

    /// The next event of the input, nil where it is used up.
    ///
    /// - Parameter position: where to go on in `bytes`; moved to behind what was read.
    public mutating func next(
        in bytes: UnsafeMutableRawBufferPointer, at position: inout Int
    ) throws(TunnelProtocolError) -> Event? {
        while true {
            guard var frame = try begunFrame(bytes, &position) else { return nil }
            let count = min(frame.length - frame.taken, bytes.count - position)
            let range = position..<position + count
            if let mask = frame.mask, count > 0 {
                TunnelFrame.apply(mask, to: .init(rebasing: bytes[range]), at: frame.taken)
            }
            position += count
            frame.taken += count
            let isWhole = frame.taken == frame.length
            self.frame = isWhole ? nil : frame
            if frame.opcode.isControl {
                control += bytes[range]
                if isWhole, let event = endOfControl(frame) { return event }
            } else if message == .binary {
                if isWhole, frame.isFinal { message = nil }
                if count > 0 { return .data(range) }
            } else {
                text += bytes[range]
                if text.count > Self.shortLimit { throw TunnelProtocolError("a text of more than 125 bytes") }
                if isWhole, frame.isFinal, let event = endOfText() { return event }
            }
            if !isWhole { return nil }
        }
    }

    private mutating func endOfControl(_ frame: Frame) -> Event? {
        let payload = control
        control = []
        return switch frame.opcode {
        case .ping: .ping(payload)
        case .close: .close(TunnelClose(payload: payload))
        case .pong, .continuation, .text, .binary: nil
        }
    }

    /// Texts that nobody knows are passed over: a later version may have more to say.
    private mutating func endOfText() -> Event? {
        let isEnd = text == Array(TunnelFrame.end.utf8)
        text = []
        message = nil
        return isEnd ? .end : nil
    }

    /// The frame that is being read; a new one once its header is whole.
    private mutating func begunFrame(
        _ bytes: UnsafeMutableRawBufferPointer, _ position: inout Int
    ) throws(TunnelProtocolError) -> Frame? {
        if let frame { return frame }
        while true {
            if let frame = try headerRead() {
                head = []
                return frame
            }
            guard position < bytes.count else { return nil }
            head.append(bytes[position])
            position += 1
        }
    }

    /// The frame whose header has come, nil while bytes of it are missing.
    private mutating func headerRead() throws(TunnelProtocolError) -> Frame? {
        guard head.count >= 2 else { return nil }
        let hasMask = head[1] & 0x80 != 0
        let lengthSize = head[1] & 0x7F == 127 ? 8 : head[1] & 0x7F == 126 ? 2 : 0
        guard head.count == 2 + lengthSize + (hasMask ? 4 : 0) else { return nil }
        guard head[0] & 0x70 == 0, let opcode = TunnelFrame.Opcode(rawValue: head[0] & 0x0F) else {
            throw TunnelProtocolError("a frame of an unknown kind")
        }
        guard hasMask == isMasked else { throw TunnelProtocolError(isMasked ? "no mask" : "a masked frame") }
        let length =
            lengthSize == 0
            ? UInt64(head[1] & 0x7F) : head[2..<2 + lengthSize].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let length = Int(exactly: length) else { throw TunnelProtocolError("a frame without an end") }
        let isFinal = head[0] & 0x80 != 0
        if opcode.isControl {
            guard isFinal, length <= Self.shortLimit else { throw TunnelProtocolError("a control frame too long") }
        } else if opcode == .continuation {
            guard message != nil else { throw TunnelProtocolError("the rest of no message") }
        } else {
            guard message == nil else { throw TunnelProtocolError("a message within another") }
            message = opcode
        }
        let mask = hasMask ? head.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } : nil
        return Frame(opcode: opcode, isFinal: isFinal, mask: mask, length: length)
    }
}

/// The peer of a tunnel sent what the protocol does not allow.
public struct TunnelProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What it was.
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    /// The connection ended before it was answered.
    public static let noAnswer = TunnelProtocolError("no answer")
}
