/// What goes wrong with an SSH connection, in words that name the host and what to do.
public struct SSHError: Error, Sendable, Equatable {
    public enum Code: Sendable, Equatable {
        /// The name cannot be looked up, nothing listens, or no route leads there.
        case connectFailed
        /// What answers on the port does not speak SSH, or not what we can speak.
        case notSSH
        /// The server proves to be another than the one that is known by this name.
        case hostKeyChanged
        /// The server takes none of the identities.
        case authenticationFailed
        /// libssh2 cannot use this key, and the system's `ssh` may.
        case unusableKey
        /// The server refuses to open a channel: nothing answers at the address, or it has too many already.
        case channelRefused
        /// The server's settings forbid forwarding.
        case forwardingRefused
        /// No answer in time.
        case timedOut
        /// The connection broke, or was silent for longer than the keep-alive allows.
        case connectionLost
        /// The caller was cancelled, or the session was closed by it.
        case cancelled
    }

    public let code: Code
    /// `user@host:port`.
    public let host: String
    /// What happened.
    public let detail: String

    public init(_ code: Code, host: String, detail: String) {
        self.code = code
        self.host = host
        self.detail = detail
    }

    /// Whether the same may succeed later without anybody doing something.
    public var isTransient: Bool {
        switch code {
        case .connectFailed, .timedOut, .connectionLost, .channelRefused: true
        case .notSSH, .hostKeyChanged, .authenticationFailed, .unusableKey, .forwardingRefused, .cancelled: false
        }
    }
}

extension SSHError: CustomStringConvertible {
    public var description: String { "\(host): \(detail)" }
}

extension SSHError {
    /// - Parameter shown: what the host shows, as a fingerprint or the key's kind.
    static func hostKeyChanged(_ hop: SSHHop, shown: String) -> SSHError {
        SSHError(
            .hostKeyChanged, host: hop.name,
            detail: "the host shows another key than the one that is known (it shows \(shown)); "
                + "if it was set up anew, remove the known key, else somebody may stand in between")
    }
}
