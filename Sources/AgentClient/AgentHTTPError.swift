import Glibc
import NIOCore

/// Why an exchange with an agent failed below HTTP. A response with an error status is a result, not an error.
public struct AgentHTTPError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        /// Nobody listens at the address, or it cannot be reached.
        case connectFailed
        /// The time given for the exchange passed, or a stream stayed silent for longer than allowed.
        case deadlineExceeded
        /// The agent closed the connection before its response was complete.
        case connectionClosed
        /// The response's body is larger than the caller takes.
        case responseTooLarge
        /// What came back is not HTTP/1.1.
        case malformedResponse
        /// The client was shut down.
        case clientClosed
    }

    public var code: Code
    public var address: AgentAddress
    /// The failure beneath, in its own words; empty where the code says it all.
    public var detail: String
    /// Whether the agent may have received and acted on the request. False only where that is certain.
    public var requestMayHaveBeenHandled: Bool
    /// Whether the agent's machine said that nobody listens there; false where it could not be asked.
    public var isRefusal = false

    init(_ code: Code, at address: AgentAddress, detail: String = "", mayHaveBeenHandled: Bool) {
        self.code = code
        self.address = address
        self.detail = detail
        requestMayHaveBeenHandled = mayHaveBeenHandled
    }

    /// No connection, for a reason that the system or the way to the agent told.
    init(noConnection error: any Error, to address: AgentAddress) {
        self.init(.connectFailed, at: address, detail: "\(error)", mayHaveBeenHandled: false)
        switch error {
        case let error as IOError: isRefusal = error.errnoCode == ECONNREFUSED || error.errnoCode == ENOENT
        case let error as any AgentRouteError: isRefusal = error.isRefusal
        default: break
        }
    }

    public var description: String {
        let what =
            switch code {
            case .connectFailed: "cannot connect to the agent at \(address)"
            case .deadlineExceeded: "the agent at \(address) did not answer in time"
            case .connectionClosed: "the agent at \(address) closed the connection before its answer was complete"
            case .responseTooLarge: "the answer of the agent at \(address) is too large"
            case .malformedResponse: "the answer of the agent at \(address) is not HTTP/1.1"
            case .clientClosed: "the client for agents is shut down"
            }
        return detail.isEmpty ? what : "\(what): \(detail)"
    }
}

/// What a route to agents says of a connection that it could not make.
public protocol AgentRouteError: Error {
    /// Whether the far machine was reached, and nobody listens there.
    var isRefusal: Bool { get }
}
