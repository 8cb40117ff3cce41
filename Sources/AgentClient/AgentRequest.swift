import NIOCore

/// The bytes that requests and responses carry.
public typealias ByteBuffer = NIOCore.ByteBuffer

/// One HTTP/1.1 request to an agent.
public struct AgentRequest: Sendable, Equatable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// One header line. `Host`, `Content-Length` and `Connection` are written by the client.
    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var method: Method
    /// Path and query, already percent-encoded, beginning with a slash.
    public var target: String
    public var headers: [Header]
    public var body: ByteBuffer?
    /// Whether the client may send the request once more on a fresh connection when a kept one turns out to be
    /// closed before any byte of a response came. Set for GET; set it for a POST that the agent takes twice.
    public var isRepeatable: Bool

    public init(
        _ method: Method, _ target: String, headers: [Header] = [], body: ByteBuffer? = nil,
        isRepeatable: Bool? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.isRepeatable = isRepeatable ?? (method == .get)
    }
}
