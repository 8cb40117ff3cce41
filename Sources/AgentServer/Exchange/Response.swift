import FoundationEssentials
import NIOCore
import NIOHTTP1

/// A handler's answer.
public struct Response: Sendable {
    /// What follows the head.
    public enum Body: Sendable {
        /// Bytes that are there already, sent with their length.
        case bytes(ByteBuffer)
        /// Chunks that the closure writes while it runs. It is cancelled when the client leaves; when it returns
        /// the answer is complete, when it throws the connection is cut so that the client sees an unfinished answer.
        case stream(@Sendable (ResponseWriter) async throws -> Void)
        /// Nothing: the connection is another protocol's from the head on. The closure puts that protocol's handler
        /// at the front of the channel's pipeline, on its event loop, before the head is written; the handler keeps
        /// everything that comes in from what is behind it.
        case upgrade(@Sendable (any Channel) throws -> Void)
    }

    public var status: HTTPResponseStatus
    /// Without length and transfer encoding, which the server adds.
    public var headers: HTTPHeaders
    public var body: Body

    public init(status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:], body: Body = .bytes(ByteBuffer())) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// 200 without a body.
    public static var ok: Response { Response() }

    /// A value as JSON.
    public static func json(_ value: some Encodable, status: HTTPResponseStatus = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = ByteBuffer(bytes: try encoder.encode(value))
        bytes.writeStaticString("\n")
        return Response(status: status, headers: ["content-type": "application/json"], body: .bytes(bytes))
    }

    /// Plain text.
    public static func text(_ text: String, status: HTTPResponseStatus = .ok) -> Response {
        Response(
            status: status, headers: ["content-type": "text/plain; charset=utf-8"],
            body: .bytes(ByteBuffer(string: text)))
    }

    /// Chunks of `contentType`, written and flushed one by one.
    public static func stream(
        contentType: String, _ write: @escaping @Sendable (ResponseWriter) async throws -> Void
    ) -> Response {
        Response(headers: ["content-type": contentType, "cache-control": "no-store"], body: .stream(write))
    }

    /// 101: the connection goes on with `protocolName`, as `takeOver` makes it.
    public static func upgrade(
        to protocolName: String, headers: HTTPHeaders = [:],
        _ takeOver: @escaping @Sendable (any Channel) throws -> Void
    ) -> Response {
        var headers = headers
        headers.replaceOrAdd(name: "upgrade", value: protocolName)
        return Response(status: .switchingProtocols, headers: headers, body: .upgrade(takeOver))
    }

    init(_ failure: HTTPFailure) {
        self = .text(failure.message + "\n", status: failure.status)
    }
}

/// Writes the chunks of a streamed answer.
public struct ResponseWriter: Sendable {
    let outbound: RequestBody.Outbound

    /// Sends one chunk at once. Returns when the connection can take more, so a slow reader holds its writer back;
    /// throws when the client has left or the task is cancelled.
    public func write(_ bytes: ByteBuffer) async throws {
        // An empty chunk would end the answer.
        guard bytes.readableBytes > 0 else { return }
        try Task.checkCancellation()
        try await outbound.write(.body(.byteBuffer(bytes)))
    }
}
