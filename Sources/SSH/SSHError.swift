import Glibc

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
        /// The connection broke, was closed before the login was done, or was silent for longer than the keep-alive allows.
        case connectionLost
        /// What failed is this machine's own, and no host has a part in it: it has no files left to open, or cannot look up
        /// which keys are known.
        case localFailure
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
        case .connectFailed, .timedOut, .connectionLost, .channelRefused, .localFailure: true
        case .notSSH, .hostKeyChanged, .authenticationFailed, .unusableKey, .forwardingRefused, .cancelled: false
        }
    }
}

extension SSHError: CustomStringConvertible {
    public var description: String { "\(host): \(detail)" }
}

extension SSHError {
    /// A failure of this machine's own.
    ///
    /// - Parameter what: what could not be done.
    static func local(_ error: Errno, host: String, _ what: String) -> SSHError {
        let words =
            switch error.code {
            case EMFILE:
                "this server has too many files open; allow it more (`ulimit -n`, or `LimitNOFILE=` of its unit) and start "
                    + "it anew"
            case ENFILE: "this machine has too many files open (`sysctl fs.file-max`)"
            default: error.words
            }
        return SSHError(.localFailure, host: host, detail: "\(what): \(words)")
    }

    static func unknownKeys(_ hop: SSHHop, _ error: any Error) -> SSHError {
        if error is CancellationError || Task.isCancelled {
            return SSHError(.cancelled, host: hop.name, detail: "the operation was cancelled")
        }
        return SSHError(.localFailure, host: hop.name, detail: "the key of the host cannot be looked up: \(error)")
    }

    /// - Parameter shown: what the host shows, as a fingerprint or the key's kind.
    static func hostKeyChanged(_ hop: SSHHop, shown: String) -> SSHError {
        SSHError(
            .hostKeyChanged, host: hop.name,
            detail: "the host shows another key than the one that is known (it shows \(shown)); "
                + "if it was set up anew, delete its instance (`dstack fleet delete FLEET -i NUM`) and apply the fleet again, "
                + "else somebody may stand in between")
    }
}
