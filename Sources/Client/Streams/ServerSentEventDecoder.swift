/// Cuts a `text/event-stream` into events, by the rules of the HTML standard, whatever pieces it comes in.
///
/// Lines end with LF, CR or CRLF; a line that begins with a colon is a comment; a blank line sends the event;
/// what stands after the last blank line is dropped at the end. A leading byte order mark is skipped.
public struct ServerSentEventDecoder: Sendable {
    private var line: [UInt8] = []
    private var lastWasCarriageReturn = false
    private var isFirstLine = true
    private var id: String?
    private var event = ""
    private var data: [String] = []

    /// The reconnection delay that the stream asks for, in milliseconds, if it did.
    public private(set) var retryMilliseconds: Int?

    /// Creates a decoder at the start of a stream.
    public init() {}

    /// Takes the next bytes and returns the events that they complete.
    public mutating func feed(_ bytes: [UInt8]) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n") where lastWasCarriageReturn:
                lastWasCarriageReturn = false  // The second half of a CRLF.
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                lastWasCarriageReturn = byte == UInt8(ascii: "\r")
                if let event = endLine() {
                    events.append(event)
                }
            default:
                lastWasCarriageReturn = false
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) {
                line.removeFirst(3)
            }
        }
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        guard !text.isEmpty else {
            return dispatch()
        }
        guard !text.hasPrefix(":") else {
            return nil
        }
        let name = text.prefix { $0 != ":" }
        var value = text.dropFirst(name.count + 1)
        if value.first == " " {
            value = value.dropFirst()
        }
        take(field: name, value: String(value))
        return nil
    }

    private mutating func take(field: Substring, value: String) {
        switch field {
        case "event": event = value
        case "data": data.append(value)
        case "id" where !value.contains("\0"): id = value
        case "retry": retryMilliseconds = Int(value) ?? retryMilliseconds
        default: break  // The standard ignores unknown fields.
        }
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            event = ""
            data = []
        }
        guard !data.isEmpty else {
            return nil
        }
        return ServerSentEvent(id: id, event: event.isEmpty ? "message" : event, data: data.joined(separator: "\n"))
    }
}
