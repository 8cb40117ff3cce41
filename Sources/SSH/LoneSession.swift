/// A session with a thread of its own, which ends with it.
///
/// To open a key by its passphrase takes a part of a second of computing, by design, and libssh2 does it in the middle of a
/// login: on the thread of other sessions it would hold all of them up.
final class LoneSession: RemoteShell {
    private let session: SSHSession

    private init(_ session: SSHSession) {
        self.session = session
    }

    deinit {
        session.loop.post { core in core.isStopping = true }
    }

    static func connect(
        to target: SSHTarget, hostKeys: any HostKeys, within time: Duration, logins: LoginQueue
    ) async throws(SSHError) -> LoneSession {
        let loop = try SSHLoop(logins: logins)
        do throws(SSHError) {
            return LoneSession(try await SSHSession.connect(to: target, hostKeys: hostKeys, within: time, on: loop))
        } catch {
            await loop.shutDown()
            throw error
        }
    }

    func run(_ command: String, input: ShellInput, within time: Duration) async throws(SSHError) -> ShellResult {
        try await session.run(command, input: input, within: time)
    }

    func close() async {
        await session.close()
        await session.loop.shutDown()
    }
}

extension SSHTarget {
    /// Whether a key on the way has to be opened by a passphrase.
    var hasLockedKeys: Bool {
        (jumps + [hop]).contains { hop in
            hop.identities.contains { identity in
                guard case .key(let text, .some) = identity else { return false }
                return PrivateKeyKind(text).isEncrypted
            }
        }
    }
}
