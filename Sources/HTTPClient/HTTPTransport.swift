/// Carries requests out and responses back. The callers know only this; tests put a canned one in its place.
public protocol HTTPTransport: Sendable {
    /// Sends the request and returns once the response's head is there; the body is pulled by the caller.
    ///
    /// Cancelling the calling task ends the exchange with ``HTTPError/Code/cancelled``.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}
