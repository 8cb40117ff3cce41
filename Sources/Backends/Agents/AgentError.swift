/// What goes wrong between the server and an agent.
public enum AgentError: Error, Equatable, Sendable {
    /// No connection, or it broke: what the agent did with the request is not known.
    case unreachable(String)
    /// The agent did not answer in time: what it did with the request is not known.
    case timedOut(String)
    /// The agent understood and refused: HTTP status and its words.
    case refused(status: Int, message: String)
    /// The answer is not what the protocol allows.
    case malformed(String)
    /// The caller was cancelled.
    case cancelled

    /// Whether the same request may succeed later.
    public var isTransient: Bool {
        switch self {
        case .unreachable, .timedOut: true
        case .refused(let status, _): status >= 500
        case .malformed, .cancelled: false
        }
    }
}

extension AgentError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreachable(let why): "agent unreachable: \(why)"
        case .timedOut(let what): "agent did not answer in time: \(what)"
        case .refused(let status, let message): "agent refused (\(status)): \(message)"
        case .malformed(let what): "agent sent something unexpected: \(what)"
        case .cancelled: "request cancelled"
        }
    }
}
