import AgentClient

/// Why the Docker Engine did not do what it was asked for.
enum DockerError: Error, Equatable, CustomStringConvertible {
    /// Nobody answers at its socket, or the connection broke: worth another try.
    case unreachable(String)
    /// It answered with an error status.
    case refused(status: Int, message: String)
    /// What it answered is not what its API says.
    case malformed(String)

    /// Whether the same request may go well a moment later.
    var isTransient: Bool {
        switch self {
        case .unreachable: true
        // 5xx covers real refusals too (no such entrypoint): those are told, not tried again. This is how the daemon tells
        // that its containerd is away.
        case .refused(let status, let message): status >= 500 && message.hasSuffix(": unavailable")
        case .malformed: false
        }
    }

    var description: String {
        switch self {
        case .unreachable(let words): "the Docker Engine does not answer: \(words)"
        case .refused(_, let message): message
        case .malformed(let words): "the Docker Engine's answer cannot be read: \(words)"
        }
    }

    init(_ error: any Error) {
        switch error {
        case let error as DockerError: self = error
        case let error as AgentHTTPError where error.code == .malformedResponse: self = .malformed("\(error)")
        case let error as AgentHTTPError: self = .unreachable(error.detail.isEmpty ? "\(error)" : error.detail)
        default: self = .malformed("\(error)")
        }
    }
}
