import Threads

extension SSHSession {
    /// Proves to be the hop's user, by one identity after the other.
    func authenticate(_ hop: SSHHop, deadline: UInt64) async throws(SSHError) {
        var login = LoginAttempts()
        for identity in hop.identities {
            let isDone: Bool
            do throws(SSHError) {
                switch identity {
                case .key(let text, let passphrase):
                    isDone = try await present(text, passphrase, &login, deadline: deadline)
                case .agent(let socket):
                    isDone = try await presentKeys(of: socket, &login, deadline: deadline)
                }
            } catch {
                // A server hangs up on who tries too many keys.
                if error.code == .connectionLost, login.refused > 0 { break }
                throw error
            }
            if isDone { return }
        }
        throw login.failure(host: name, user: hop.user)
    }

    private var silent: SSHError {
        SSHError(.timedOut, host: name, detail: "the server did not decide on the login in time")
    }

    /// - Returns: whether the server took the key.
    private func present(
        _ key: String, _ passphrase: String?, _ login: inout LoginAttempts, deadline: UInt64
    ) async throws(SSHError) -> Bool {
        let kind = PrivateKeyKind(key)
        if let obstacle = kind.obstacle {
            login.unusable.append(obstacle)
            return false
        }
        if kind.isEncrypted, passphrase == nil {
            login.problems.append("a private key is encrypted and no passphrase was given")
            return false
        }
        let verdict = try await perform(until: deadline, late: silent) { session, core, pending in
            session.step = PrivateKeyStep(key: key, passphrase: passphrase, pending: pending)
            core.enqueue(session)
        }
        return login.takes(verdict, kind)
    }

    private func presentKeys(
        of agent: String, _ login: inout LoginAttempts, deadline: UInt64
    ) async throws(SSHError) -> Bool {
        let late = SSHError(.timedOut, host: name, detail: "the agent at \(agent) does not answer")
        let answer: Result<[AgentKey], AgentFailure> = try await loop.wait(for: name, until: deadline, late: late) {
            _, pending in
            let started = PosixThread.start { pending.succeed(KeyAgent.keys(of: agent, deadline: deadline)) }
            if !started { pending.succeed(.failure(AgentFailure(words: "no thread can be made"))) }
        }
        let keys: [AgentKey]
        switch answer {
        case .success(let found): keys = found
        case .failure(let failure):
            login.problems.append("the agent at \(agent) gives no keys: \(failure.words)")
            return false
        }
        if keys.isEmpty { login.problems.append("the agent at \(agent) holds no keys (`ssh-add -l` lists them)") }
        for key in keys {
            if let obstacle = key.kind.obstacle {
                login.unusable.append("\(obstacle) of the agent at \(agent)")
                continue
            }
            let verdict = try await perform(until: deadline, late: silent) { session, core, pending in
                session.step = AgentKeyStep(key, agent: agent, deadline: deadline, pending: pending)
                core.enqueue(session)
            }
            if login.takes(verdict, key.kind) { return true }
        }
        return false
    }
}

/// What was tried to log in, for the words at the end.
struct LoginAttempts: Equatable {
    /// Keys that libssh2 cannot use.
    var unusable: [String] = []
    var problems: [String] = []
    var refused = 0

    /// - Returns: whether the login is done.
    mutating func takes(_ verdict: KeyVerdict, _ kind: PrivateKeyKind) -> Bool {
        switch verdict {
        case .accepted: return true
        case .refused: refused += 1
        case .unreadable(let words):
            problems.append(
                kind.isEncrypted
                    ? "the passphrase does not open a private key" : "a private key cannot be read (\(words))")
        }
        return false
    }

    func failure(host: String, user: String) -> SSHError {
        if let unusable = unusable.first {
            return SSHError(
                .unusableKey, host: host, detail: "libssh2 cannot use \(unusable); an Ed25519 or ECDSA key works")
        }
        if refused > 0 {
            let keys = refused == 1 ? "the key" : "all \(refused) keys"
            return SSHError(
                .authenticationFailed, host: host,
                detail: "the server refuses \(keys) for user \"\(user)\"; is the user right, and the public key in its "
                    + "~/.ssh/authorized_keys?" + (problems.first.map { " Also, \($0)." } ?? ""))
        }
        return SSHError(
            .authenticationFailed, host: host, detail: problems.first ?? "no key was given to log in with")
    }
}
