import CLibSSH2

/// A channel that somebody wants.
struct Opening {
    enum Kind {
        /// A connection to an address, as the server sees it.
        case direct(host: String, port: Int)
        /// For a command.
        case command
        /// Of a type that no server knows: the refusal shows that it answers.
        case probe

        /// What is opened.
        var words: String {
            switch self {
            case .direct(let host, let port): "a connection to \(host):\(port)"
            case .command: "a channel for a command"
            case .probe: "a channel"
            }
        }
    }

    let kind: Kind
    /// Whether nobody waits for it any more.
    let isAbandoned: () -> Bool
    /// What the channel is for; nil where nobody wants it any more.
    let role: (OpaquePointer) -> (any ChannelRole)?
    let fail: (SSHError) -> Void
}

extension SessionCore {
    func open(_ opening: Opening, in core: LoopCore) {
        if let end {
            opening.fail(end)
            return
        }
        openings.append(opening)
        core.enqueue(self)
    }

    /// Sees whether the server answers.
    func probe(_ core: LoopCore) {
        open(Opening(kind: .probe, isAbandoned: { false }, role: { _ in nil }, fail: { _ in }), in: core)
    }

    /// Opens what is wanted, one after the other.
    ///
    /// One that nobody waits for any more is opened to its end all the same once it has begun: libssh2 can begin no
    /// other before.
    func open(_ core: LoopCore) {
        while end == nil, step == nil, let opening = openings.first {
            if !isOpening, opening.isAbandoned() {
                openings.removeFirst()
                continue
            }
            if transport.hasBacklog { return }
            if !isOpening { channelNumber = channelNumber.map { $0 + 1 } ?? 0 }
            let channel = attempt(opening.kind)
            if channel == nil, libssh2_session_last_errno(session) == LIBSSH2_ERROR_EAGAIN {
                isOpening = true
                return
            }
            isOpening = false
            openings.removeFirst()
            if let channel {
                if let role = opening.role(channel) {
                    adopt(channel, as: role, in: core)
                } else {
                    discard(channel)
                }
            } else {
                let error = refusal(of: opening.kind)
                opening.fail(error)
                // 1. libssh2 waits no longer. 2. The answer comes. 3. The next opening would take it for its own.
                note(Int(libssh2_session_last_errno(session)), error.detail)
                if fault != nil { return }
            }
        }
    }

    private func attempt(_ kind: Opening.Kind) -> OpaquePointer? {
        switch kind {
        case .direct(let host, let port):
            return libssh2_channel_direct_tcpip_ex(session, host, Int32(truncatingIfNeeded: port), "127.0.0.1", 22)
        case .command, .probe:
            let type = if case .probe = kind { "probe@dstack" } else { "session" }
            return libssh2_channel_open_ex(
                session, type, UInt32(type.utf8.count), dstack_ssh_window,
                UInt32(LIBSSH2_CHANNEL_PACKET_DEFAULT), nil, 0)
        }
    }

    private func refusal(of kind: Opening.Kind) -> SSHError {
        let code = libssh2_session_last_errno(session)
        let reason = lastError
        if code == LIBSSH2_ERROR_TIMEOUT {
            return error(.timedOut, "the server does not say whether it opens \(kind.words)")
        }
        guard code == LIBSSH2_ERROR_CHANNEL_FAILURE else {
            return error(.connectionLost, "\(kind.words) could not be opened: \(reason)")
        }
        switch kind {
        case .direct(let host, let port):
            if reason.contains("prohibited") {
                return error(
                    .forwardingRefused,
                    "its sshd refuses forwarding to \(host):\(port); set `AllowTcpForwarding yes` (and `PermitOpen any`) "
                        + "in the host's sshd_config and reload it")
            }
            return error(.channelRefused, "nothing answers at \(host):\(port), as the host sees it")
        case .command:
            return error(
                .channelRefused,
                "the SSH server starts no further command on this connection; raise `MaxSessions` in its sshd_config "
                    + "and reload it")
        case .probe:
            return error(.channelRefused, reason)
        }
    }
}
