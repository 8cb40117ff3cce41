import Glibc

extension SSHHop {
    /// `user@host:port`, for errors.
    var name: String {
        host.contains(":") ? "\(user)@[\(host)]:\(port)" : "\(user)@\(host):\(port)"
    }
}

extension SSHSession {
    /// Connects, checks the host's key, and logs in; through the hosts on the way, where there are some.
    ///
    /// - Parameters:
    ///   - hostKeys: judges the key of every host on the way.
    ///   - time: for all of it, but for the wait until other logins to the same server are over, which may take as long
    ///     once more for each server.
    ///   - loop: whose thread the session lives on.
    public static func connect(
        to target: SSHTarget, hostKeys: any HostKeys, within time: Duration, keepAlive: KeepAlive = KeepAlive(),
        on loop: SSHLoop
    ) async throws(SSHError) -> SSHSession {
        var deadline = Ticks.after(time)
        var jump: (any JumpHost)?
        let routes = target.routes

        func inTurn(_ index: Int, _ one: SSHTarget) async throws(SSHError) -> SSHSession {
            let asked = Ticks.now()
            return try await loop.logins.turn(at: routes[index], for: one.hop.name, within: time) {
                () async throws(SSHError) in
                deadline += Ticks.now() - asked
                return try await login(
                    one, through: jump, hostKeys: hostKeys, deadline: deadline, keepAlive: keepAlive, on: loop)
            }
        }

        for (index, hop) in target.jumps.enumerated() {
            do throws(SSHError) {
                jump = try await inTurn(index, SSHTarget(hop))
            } catch {
                if error.code != .unusableKey { throw error }
                // It makes the whole way up to there by itself.
                jump = try await SystemSSH.connect(
                    to: SSHTarget(hop, jumps: Array(target.jumps[..<index])), hostKeys: hostKeys, within: time,
                    logins: loop.logins)
            }
        }
        return try await inTurn(target.jumps.count, target)
    }

    /// One hop. What has begun ends with the last reference to it, so nothing is left where this throws.
    private static func login(
        _ target: SSHTarget, through jump: (any JumpHost)?, hostKeys: any HostKeys, deadline: UInt64,
        keepAlive: KeepAlive,
        on loop: SSHLoop
    ) async throws(SSHError) -> SSHSession {
        let hop = target.hop
        let way =
            if let jump {
                try await jump.way(to: hop, deadline: deadline)
            } else {
                JumpWay(socket: try await dial(hop, deadline: deadline, on: loop))
            }
        let session = SSHSession(target: target, name: hop.name, number: loop.newNumber(), loop: loop, jump: jump)
        let key: ShownHostKey
        do throws(SSHError) {
            key = try await session.shakeHands(way.socket, deadline: deadline)
        } catch {
            throw await jump?.trouble(with: way, to: hop, error) ?? error
        }
        guard try await hostKeys.trusts(key.text, by: hop) else {
            throw SSHError.hostKeyChanged(hop, shown: key.fingerprint)
        }
        try await session.authenticate(hop, deadline: deadline)
        session.loop.post { [number = session.number] core in core.sessions[number]?.keepAlive(keepAlive, in: core) }
        return session
    }

    // MARK: The way there

    private static func dial(_ hop: SSHHop, deadline: UInt64, on loop: SSHLoop) async throws(SSHError) -> Int32 {
        let addresses: [SocketAddress]
        switch try await NameLookup.addresses(of: hop.host, port: hop.port, for: hop.name, deadline: deadline, on: loop)
        {
        case .success(let found): addresses = found
        case .failure(let error):
            throw SSHError(
                .connectFailed, host: hop.name,
                detail:
                    "the name \"\(hop.host)\" cannot be looked up: \(error.words); check its spelling and the name service"
            )
        }
        var failure = Errno(EADDRNOTAVAIL)
        for (index, address) in addresses.enumerated() {
            let last = index == addresses.count - 1
            switch try await dial(address, hop, deadline: deadline, last: last, on: loop) {
            case .success(let socket): return socket
            case .failure(let error): failure = error
            }
        }
        if [EMFILE, ENFILE].contains(failure.code) { throw SSHError.local(failure, host: hop.name, "no connection") }
        if failure.code == ECONNRESET {
            // It was taken, and dropped before we could look.
            throw SSHError(.connectionLost, host: hop.name, detail: Greeting.Trouble.unanswered.detail)
        }
        throw SSHError(.connectFailed, host: hop.name, detail: Self.words(for: failure))
    }

    /// One address; all but the last one get half of the time that is left.
    private static func dial(
        _ address: SocketAddress, _ hop: SSHHop, deadline: UInt64, last: Bool, on loop: SSHLoop
    ) async throws(SSHError) -> Result<Int32, Errno> {
        let now = Ticks.now()
        let limit = last || deadline <= now ? deadline : now + (deadline - now) / 2
        let number = loop.newNumber()
        do throws(SSHError) {
            return try await loop.wait(for: hop.name, until: limit) { core, pending in
                TCPDial.start(number, to: address, in: core, pending: pending)
            } abandon: { core in
                core.dials[number]?.abandon(core)
            }
        } catch {
            if error.code == .timedOut {
                if !last { return .failure(Errno(ETIMEDOUT)) }
                throw SSHError(
                    .timedOut, host: hop.name,
                    detail: "no connection in time; is the host up, and does a firewall let port \(hop.port) through?")
            }
            throw error
        }
    }

    private static func words(for error: Errno) -> String {
        switch error.code {
        case ECONNREFUSED:
            "nothing listens on that port (connection refused); is its SSH server running, and the port right?"
        case EHOSTUNREACH, ENETUNREACH:
            "there is no way to the host (\(error.words)); is it up and in a network you reach?"
        case ETIMEDOUT: "the host does not answer; is it up, and does a firewall let the port through?"
        default: "no connection: \(error.words)"
        }
    }

    // MARK: Login

    private func shakeHands(_ socket: Int32, deadline: UInt64) async throws(SSHError) -> ShownHostKey {
        let late = SSHError(
            .timedOut, host: name,
            detail: "the port takes connections and then says nothing; is an SSH server behind it, and not stuck?")
        let user = target.hop.user
        let socket = OwnedSocket(socket)
        return try await loop.wait(for: name, until: deadline, late: late) { [number, name, end] core, pending in
            guard let file = socket.take() else { return }
            do throws(SSHError) {
                let session = try SessionCore(file: file, name: name, user: user, number: number, note: end, in: core)
                session.step = HandshakeStep(pending)
                core.enqueue(session)
            } catch {
                pending.fail(error)
            }
        }
    }
}
