import AgentServer
import NIOCore

/// Reads a `multipart/form-data` body piece by piece, without keeping its files in memory.
struct MultipartReader {
    enum Event: Equatable {
        /// A part begins: its field's name, and its file's name where it is a file.
        case part(name: String, fileName: String?)
        /// Bytes of the part that began last.
        case bytes(ByteBuffer)
    }

    private enum State: Equatable {
        /// Before the first boundary.
        case preamble
        /// After a boundary: a line break, or the two hyphens of the end.
        case afterBoundary
        case headers
        case content
        case end
    }

    /// Bytes of one part's headers at most.
    private static let headersLimit = 16 << 10

    /// What ends a part's content.
    private let delimiter: [UInt8]
    private var state = State.preamble
    private var buffer = ByteBuffer()

    /// Throws `HTTPFailure` 400 where the content type is another one.
    init(contentType: String?) throws(HTTPFailure) {
        let parts = (contentType ?? "").split(separator: ";").map { $0.trimmed }
        guard parts.first?.lowercased() == "multipart/form-data" else {
            throw HTTPFailure(.badRequest, "content type '\(contentType ?? "")': multipart/form-data is expected")
        }
        let boundary = parts.dropFirst().compactMap { HeaderParameter($0) }.first { $0.name == "boundary" }?.value
        guard let boundary, (1...200).contains(boundary.utf8.count) else {
            throw HTTPFailure(.badRequest, "the content type names no boundary")
        }
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first boundary has no line break before it.
        buffer.writeStaticString("\r\n")
    }

    /// What the next piece of the body brings.
    mutating func take(_ piece: ByteBuffer) throws(HTTPFailure) -> [Event] {
        var piece = piece
        buffer.writeBuffer(&piece)
        var events: [Event] = []
        while let event = try step() {
            if let event = event.event { events.append(event) }
        }
        buffer.discardReadBytes()
        return events
    }

    /// Throws where the body ended too early.
    func finish() throws(HTTPFailure) {
        guard state == .end else { throw HTTPFailure(.badRequest, "the form ends early") }
    }

    private struct Step {
        var event: Event?
    }

    /// One step further; nil where more bytes are needed.
    private mutating func step() throws(HTTPFailure) -> Step? {
        switch state {
        case .preamble: return stepContent(keeps: false)
        case .content: return stepContent(keeps: true)
        case .afterBoundary:
            guard let mark = buffer.readBytes(length: 2) else { return nil }
            if mark == Array("--".utf8) {
                state = .end
            } else if mark == Array("\r\n".utf8) {
                state = .headers
            } else {
                throw HTTPFailure(.badRequest, "the form has a damaged boundary")
            }
            return Step()
        case .headers:
            guard let end = find(Array("\r\n\r\n".utf8)) else {
                guard buffer.readableBytes <= Self.headersLimit else {
                    throw HTTPFailure(.badRequest, "the form has headers that are too long")
                }
                return nil
            }
            let text = buffer.readString(length: end) ?? ""
            buffer.moveReaderIndex(forwardBy: 4)
            state = .content
            return Step(event: try Self.part(text))
        case .end:
            // What follows the last boundary means nothing.
            buffer.clear()
            return nil
        }
    }

    private mutating func stepContent(keeps: Bool) -> Step? {
        if let end = find(delimiter) {
            let bytes = end > 0 ? buffer.readSlice(length: end) : nil
            buffer.moveReaderIndex(forwardBy: delimiter.count)
            state = .afterBoundary
            return Step(event: keeps ? bytes.map { .bytes($0) } : nil)
        }
        // The end may be the beginning of a delimiter.
        let count = buffer.readableBytes - (delimiter.count - 1)
        guard count > 0, let bytes = buffer.readSlice(length: count) else { return nil }
        return Step(event: keeps ? .bytes(bytes) : nil)
    }

    /// Where the bytes begin, counted from the reader's place.
    private func find(_ wanted: [UInt8]) -> Int? {
        buffer.withUnsafeReadableBytes { bytes in
            var index = 0
            while index + wanted.count <= bytes.count {
                // Every wanted text begins with a carriage return.
                guard let next = bytes[index...].firstIndex(of: wanted[0]), next + wanted.count <= bytes.count else {
                    return nil
                }
                if bytes[next..<(next + wanted.count)].elementsEqual(wanted) { return next }
                index = next + 1
            }
            return nil
        }
    }

    private static func part(_ headers: String) throws(HTTPFailure) -> Event {
        for line in headers.split(separator: "\r\n") {
            let lowered = line.lowercased()
            guard lowered.hasPrefix("content-disposition:") else { continue }
            let parameters = line.split(separator: ";").dropFirst().compactMap { HeaderParameter($0.trimmed) }
            if let name = parameters.first(where: { $0.name == "name" })?.value {
                return .part(name: name, fileName: parameters.first { $0.name == "filename" }?.value)
            }
        }
        throw HTTPFailure(.badRequest, "the form has a part without a name")
    }
}

/// `name=value` or `name="value"` of a header.
private struct HeaderParameter {
    let name: String
    let value: String

    init?(_ text: String) {
        guard let cut = text.firstIndex(of: "=") else { return nil }
        name = text[..<cut].trimmed.lowercased()
        var value = text[text.index(after: cut)...].trimmed
        if value.hasPrefix("\""), value.hasSuffix("\""), value.count > 1 {
            value = String(value.dropFirst().dropLast())
        }
        self.value = value
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
