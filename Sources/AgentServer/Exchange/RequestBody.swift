import FoundationEssentials
import NIOCore
import NIOHTTP1

/// The body of a request, read from the connection piece by piece as its handler asks for it.
///
/// A sender is held back by TCP while the handler is busy. What the handler leaves unread the server skips, or
/// closes the connection where it is much.
public final class RequestBody {
    typealias Iterator = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    private let reader: RequestReader
    private var isAtEnd = false
    /// Set while the client waits for leave to send (`Expect: 100-continue`).
    private var owesContinue: Bool
    private let outbound: Outbound

    init(reader: RequestReader, outbound: Outbound, expectsContinue: Bool) {
        self.reader = reader
        self.outbound = outbound
        owesContinue = expectsContinue
    }

    /// The next piece; nil at the body's end. Throws `HTTPFailure` 400 where the client left in the middle.
    public func next() async throws -> ByteBuffer? {
        guard !isAtEnd else { return nil }
        if owesContinue {
            owesContinue = false
            try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
        }
        switch try await reader.next() {
        case .body(let bytes): return bytes
        case .end:
            isAtEnd = true
            return nil
        case .head, nil:
            isAtEnd = true
            throw HTTPFailure(.badRequest, "the request's body ended early")
        }
    }

    /// The whole body. Throws `HTTPFailure` 413 where it holds more than `limit` bytes.
    public func collect(limit: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        while var piece = try await next() {
            guard whole.readableBytes + piece.readableBytes <= limit else {
                throw HTTPFailure(.payloadTooLarge, "the request's body is larger than \(limit) bytes")
            }
            whole.writeBuffer(&piece)
        }
        return whole
    }

    /// The whole body read as JSON. Throws `HTTPFailure` 413 over `limit` bytes, 400 for what is not such a value.
    public func json<Value: Decodable>(
        _ type: Value.Type = Value.self, limit: Int = 1 << 20
    ) async throws -> Value {
        let bytes = try await collect(limit: limit)
        guard bytes.readableBytes > 0 else {
            throw HTTPFailure(.badRequest, "the request's body is empty; a JSON object is expected")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes.readableBytesView))
        } catch let error as DecodingError {
            throw HTTPFailure(.badRequest, "the request's body: \(Self.words(for: error))")
        }
    }

    /// Reads on to the body's end, so that the connection can serve its next request; false where more than `limit`
    /// bytes are left and the connection is better closed.
    func skip(limit: Int) async throws -> Bool {
        // A client that still waits for `100 Continue` must not be asked for what nobody wants.
        if owesContinue && !isAtEnd { return false }
        var skipped = 0
        while let piece = try await next() {
            skipped += piece.readableBytes
            if skipped > limit { return false }
        }
        return true
    }

    private static func words(for error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "" : " at '\(path.map(\.stringValue).joined(separator: "."))'"
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "field '\(key.stringValue)' is missing\(place(context.codingPath))"
        case .typeMismatch(let type, let context):
            return "a value of type \(type) is expected\(place(context.codingPath))"
        case .valueNotFound(_, let context):
            return "null is not allowed\(place(context.codingPath))"
        case .dataCorrupted(let context):
            return "\(context.debugDescription)\(place(context.codingPath))"
        @unknown default:
            return "\(error)"
        }
    }
}

/// The one place that reads a connection's parts, shared by its loop and the body in hand.
final class RequestReader {
    private var iterator: RequestBody.Iterator

    init(_ iterator: RequestBody.Iterator) {
        self.iterator = iterator
    }

    func next() async throws -> HTTPServerRequestPart? {
        try await iterator.next()
    }
}
