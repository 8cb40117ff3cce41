/// The head of a response with its body still to be read.
public struct HTTPResponse: Sendable {
    /// The status code, 200 … 599; interim (1xx) responses are skipped.
    public var status: Int
    /// The header fields of the final response.
    public var headers: HTTPHeaders
    /// The body, read once, by one reader.
    public var body: HTTPBody

    /// Creates a response, for instance a canned one in a test.
    public init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: HTTPBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
