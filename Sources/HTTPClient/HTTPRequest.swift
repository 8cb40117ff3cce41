/// One request, as every transport takes it.
public struct HTTPRequest: Sendable {
    /// The method, in capitals: `GET`, `POST`, …
    public var method: String
    /// The absolute address, scheme included. With `unixSocket` its host is only the `Host` field's value.
    public var url: String
    /// The header fields. `Host`, `Content-Length` and `Transfer-Encoding` are the transport's.
    public var headers: HTTPHeaders
    /// The whole body, or `nil` for none.
    public var body: [UInt8]?
    /// Path of a unix socket to connect to in place of the URL's host.
    public var unixSocket: String?
    /// How long connecting may take. Default: 10 s.
    public var connectTimeout: Duration
    /// How long the whole exchange may take, body included; `nil`, the default, means without limit.
    public var timeout: Duration?
    /// How long the peer may stay silent once connected; `nil`, the default, means without limit. Whole seconds.
    public var idleTimeout: Duration?

    /// Creates a request with the default time limits.
    public init(
        method: String, url: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8]? = nil,
        unixSocket: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.unixSocket = unixSocket
        self.connectTimeout = .seconds(10)
        self.timeout = nil
        self.idleTimeout = nil
    }
}
