import NIOHTTP1

/// An answer that is an error: a handler throws it, the server sends it as plain text.
public struct HTTPFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The status line's code, 400 or above.
    public var status: HTTPResponseStatus
    /// The body: what happened, to which thing, what to do next. Empty where the status says it all.
    public var message: String

    public init(_ status: HTTPResponseStatus, _ message: String = "") {
        self.status = status
        self.message = message
    }

    public var description: String {
        message.isEmpty ? "\(status.code) \(status.reasonPhrase)" : "\(status.code): \(message)"
    }
}
