/// HTTP over libcurl. All transfers run on one thread of its own, never on the cooperative pool.
///
/// Connections are kept and reused for as long as the transport lives. Letting go of it ends its
/// transfers with ``HTTPError/Code/cancelled`` and its thread.
public final class CurlTransport: HTTPTransport {
    private let engine = CurlEngine()

    /// Creates a transport; its thread starts with the first request.
    public init() {}

    deinit {
        engine.post(.stop)
    }

    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let transfer = CurlTransfer(request: request, engine: engine)
        let head = try await transfer.start()
        return HTTPResponse(status: head.status, headers: head.headers, body: HTTPBody(source: CurlBody(transfer)))
    }
}
