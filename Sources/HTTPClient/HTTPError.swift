/// Why an exchange failed. A response with an error status is not a failure here: its status is the result.
public struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened, for a program to decide on.
    public enum Code: Sendable, Equatable {
        /// The URL or an option of the request cannot be used; trying again does not help.
        case badRequest
        /// The host's name has no address.
        case nameNotResolved
        /// Nobody listens there, or the way there is closed.
        case connectionFailed
        /// The peer's certificate or the encryption did not pass.
        case insecure
        /// A time limit of the request passed.
        case timedOut
        /// The connection ended in the middle of the exchange.
        case connectionLost
        /// The body is longer than the reader allows.
        case bodyTooLarge
        /// The reader's task was cancelled, or the transport was closed.
        case cancelled
    }

    /// What happened.
    public var code: Code
    /// The transport's own words, for a log.
    public var detail: String

    /// Creates an error.
    public init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    public var description: String {
        let words =
            switch code {
            case .badRequest: "The request cannot be sent"
            case .nameNotResolved: "The host's name has no address"
            case .connectionFailed: "Cannot connect"
            case .insecure: "The connection is not secure"
            case .timedOut: "No answer in time"
            case .connectionLost: "The connection was lost"
            case .bodyTooLarge: "The answer is too large"
            case .cancelled: "Cancelled"
            }
        return detail.isEmpty ? words : "\(words): \(detail)"
    }
}
