import HTTPClient

/// Why a call to the server failed.
public struct ClientError: Error, Sendable, Equatable {
    /// One thing that the server objects to.
    public struct Detail: Sendable, Equatable {
        /// The server's words.
        public var message: String
        /// The server's code: `error`, `resource_not_exists`, `resource_exists`, …; `nil` where it gave none.
        public var code: String?
        /// The path of the field that it is about, if it is about one.
        public var field: [String]

        /// Creates a detail.
        public init(message: String, code: String? = nil, field: [String] = []) {
            self.message = message
            self.code = code
            self.field = field
        }
    }

    /// What happened.
    public enum Code: Sendable, Equatable {
        /// No exchange took place, or it broke off.
        case unreachable(HTTPError)
        /// 401: the request carried no token.
        case unauthorized
        /// 403: the token is unknown, or its user may not do this.
        case forbidden
        /// 404: there is no such project, or the server does not have the endpoint.
        case notFound
        /// 405: the server does not have the endpoint.
        case notServed
        /// 400: the server understood and refuses.
        case refused
        /// 422: the server does not accept the request's fields.
        case invalid
        /// Any other status of 400 and above.
        case failed(status: Int)
        /// The answer is not what the API promises.
        case unreadableAnswer(String)
        /// The request cannot be written as JSON.
        case unsendable(String)
        /// The address is not a server's.
        case badAddress
    }

    /// What happened.
    public var code: Code
    /// The server's address.
    public var server: String
    /// The path of the request, `/api/…`.
    public var path: String
    /// What the server said, in its order; empty where it said nothing.
    public var details: [Detail]

    /// Creates an error.
    public init(_ code: Code, server: String, path: String, details: [Detail] = []) {
        self.code = code
        self.server = server
        self.path = path
        self.details = details
    }

    /// Whether the server says that the thing asked for does not exist.
    public var isMissingResource: Bool {
        code == .refused && details.contains { $0.code == "resource_not_exists" }
    }

    /// Whether the same request may be answered a moment later: the server could not be reached, or a proxy could not reach
    /// it.
    public var isTransient: Bool {
        switch code {
        case .unreachable(let cause): cause.code != .cancelled
        case .failed(let status): (502...504).contains(status)
        default: false
        }
    }

    /// Whether the server does not know the endpoint at all.
    public var isMissingEndpoint: Bool {
        code == .notServed || code == .notFound
    }
}
