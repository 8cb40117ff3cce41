/// The one way to a shell on another machine.
public enum RemoteShells {
    /// Logs in by libssh2, or by the system's `ssh` where libssh2 cannot use the keys.
    ///
    /// - Parameters:
    ///   - time: for each of the two, see `SSHSession.connect`.
    ///   - loop: whose thread the session lives on, where no key has to be opened by a passphrase.
    public static func open(
        _ target: SSHTarget, hostKeys: any HostKeys, within time: Duration, on loop: SSHLoop
    ) async throws(SSHError) -> any RemoteShell {
        do throws(SSHError) {
            if target.hasLockedKeys {
                return try await LoneSession.connect(
                    to: target, hostKeys: hostKeys, within: time, logins: loop.logins)
            }
            return try await SSHSession.connect(to: target, hostKeys: hostKeys, within: time, on: loop)
        } catch {
            if error.code != .unusableKey { throw error }
            return try await SystemSSH.connect(
                to: target, hostKeys: hostKeys, within: time, logins: loop.logins)
        }
    }
}
