/// Takes a terminal's control sequences out of what a program wrote, and keeps the text.
///
/// It is fed piece by piece; a sequence may be cut anywhere.
struct TerminalText: Equatable {
    private enum State: Equatable {
        case text
        case escape
        /// `ESC [ …` up to its final byte.
        case control
        /// `ESC ] …`, `ESC P …` and their like, up to BEL or `ESC \`.
        case string
        case stringEscape
        /// `ESC (` and its like: one more byte.
        case oneMore
    }

    /// A sequence longer than this is text gone wrong: what follows is shown.
    private static let sequenceLimit = 4096
    /// How far back a sequence that reaches over a page's start is looked for.
    private static let lookBehind = 256

    private var state = State.text
    private var length = 0

    /// Sets the state to what it is at `offset`, by a look at the bytes before it.
    mutating func start(at offset: Int64, in files: LogFiles) throws(SystemError) {
        let count = Int(min(offset, Int64(Self.lookBehind)))
        let before = try files.bytes(count, at: offset - Int64(count))
        guard let escape = before.lastIndex(of: 0x1b) else { return }
        _ = strip(Array(before[escape...]))
    }

    /// The text of the next piece.
    mutating func strip(_ bytes: [UInt8]) -> [UInt8] {
        if state == .text && !bytes.contains(0x1b) { return bytes }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        for byte in bytes { take(byte, &text) }
        return text
    }

    private mutating func take(_ byte: UInt8, _ text: inout [UInt8]) {
        length = state == .text ? 0 : length + 1
        if length > Self.sequenceLimit { state = .text }
        switch state {
        case .text:
            if byte == 0x1b { state = .escape } else { text.append(byte) }
        case .escape:
            switch byte {
            case UInt8(ascii: "["): state = .control
            case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
                state = .string
            case 0x20...0x2f: state = .oneMore
            case 0x1b: break
            default: state = .text
            }
        case .control:
            // A control character inside a sequence acts on its own.
            if (0x40...0x7e).contains(byte) { state = .text } else if byte == 0x1b { state = .escape }
        case .string:
            if byte == 0x07 { state = .text } else if byte == 0x1b { state = .stringEscape }
        case .stringEscape:
            state = byte == UInt8(ascii: "\\") ? .text : .string
        case .oneMore:
            if !(0x20...0x2f).contains(byte) { state = .text }
        }
    }
}
