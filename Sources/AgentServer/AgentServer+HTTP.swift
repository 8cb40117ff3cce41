import NIOCore
import NIOHTTP1

extension AgentServer {
    /// What is left of an unread body is skipped up to here; above, the connection is closed instead.
    private static var skippedBodyLimit: Int { 1 << 20 }

    /// Answers the requests of one connection, one after the other.
    func handle(http channel: HTTPChannel) async throws {
        let raw = channel.channel
        try await channel.executeThenClose { inbound, outbound in
            let reader = RequestReader(inbound.makeAsyncIterator())
            while let part = try await reader.next() {
                // Everything else belongs to a body that has been read to its end.
                guard case .head(let head) = part else { continue }
                let body = RequestBody(
                    reader: reader, outbound: outbound,
                    expectsContinue: head.headers.contains(name: "expect"))
                let response = await respond(to: head, body, raw)
                var keepAlive = head.isKeepAlive
                if case .bytes = response.body, try await !body.skip(limit: Self.skippedBodyLimit) {
                    keepAlive = false
                }
                guard try await send(response, to: head, keepAlive: keepAlive, outbound, raw) else { return }
            }
        }
    }

    private func respond(to head: HTTPRequestHead, _ body: RequestBody, _ raw: any Channel) async -> Response {
        let (path, query) = head.target
        do {
            let (handler, parameters) = try router.handler(for: head.method, path)
            return try await handler(
                Request(
                    method: head.method, path: path, query: query, headers: head.headers, parameters: parameters,
                    body: body, channel: raw))
        } catch let failure as HTTPFailure {
            return Response(failure)
        } catch {
            report("\(head.method.rawValue) \(path): \(error)")
            return .text("\(error)\n", status: .internalServerError)
        }
    }

    /// Sends one answer; false where the connection is to be closed after it.
    private func send(
        _ response: Response, to head: HTTPRequestHead, keepAlive: Bool, _ outbound: RequestBody.Outbound,
        _ raw: any Channel
    ) async throws -> Bool {
        var headers = response.headers
        headers.replaceOrAdd(name: "connection", value: keepAlive ? "keep-alive" : "close")
        switch response.body {
        case .bytes(let bytes):
            headers.replaceOrAdd(name: "content-length", value: String(bytes.readableBytes))
            var parts: [HTTPServerResponsePart] = [
                .head(HTTPResponseHead(version: .http1_1, status: response.status, headers: headers))
            ]
            if bytes.readableBytes > 0 && head.method != .HEAD { parts.append(.body(.byteBuffer(bytes))) }
            parts.append(.end(nil))
            try await outbound.write(contentsOf: parts)
        case .stream(let write):
            headers.replaceOrAdd(name: "transfer-encoding", value: "chunked")
            try await outbound.write(
                .head(HTTPResponseHead(version: .http1_1, status: response.status, headers: headers)))
            try await runUntilClosed(raw) { try await write(ResponseWriter(outbound: outbound)) }
            try await outbound.write(.end(nil))
        case .upgrade(let takeOver):
            headers.replaceOrAdd(name: "connection", value: "upgrade")
            try await raw.eventLoop.submit { try takeOver(raw) }.get()
            let head = HTTPResponseHead(version: .http1_1, status: response.status, headers: headers)
            try await outbound.write(contentsOf: [.head(head), .end(nil)])
            try await raw.closeFuture.get()
            return false
        }
        return keepAlive
    }

    /// Runs `work`, cancelled as soon as the client closes the connection.
    ///
    /// A stream may wait long for its next event; without this it would notice only at its next write that nobody
    /// reads any more.
    func runUntilClosed(_ channel: any Channel, _ work: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task(executorPreference: executor) { try await work() }
        channel.closeFuture.whenComplete { _ in task.cancel() }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
