/// What a peer says first, and what that means where no exchange of keys comes of it.
enum Greeting {
    /// An error without its host.
    struct Trouble: Equatable {
        let code: SSHError.Code
        let detail: String
    }

    /// What OpenSSH says to whom it takes no login from at the moment, where it says anything.
    private static let refusals = ["MaxStartups", "Not allowed at this time"]

    /// Why a peer has closed the connection, by the last line that it said; nil where not a byte came.
    static func trouble(after said: String?) -> Trouble {
        guard let said else { return .unanswered }
        if said.hasPrefix("SSH-") {
            return Trouble(
                code: .connectionLost,
                detail: "the server closed the connection during the exchange of keys; its log may say why")
        }
        if refusals.contains(where: said.contains) { return .refused(said) }
        return .foreign(said)
    }
}

extension Greeting.Trouble {
    private static let limits = "`MaxStartups` and `PerSourcePenalties` in its sshd_config"

    /// An sshd with too many logins closes without a word, and so does a port with something else behind it.
    static let unanswered = Self(
        code: .connectionLost,
        detail: "the connection was closed without a greeting of SSH: there may be too many logins at one time "
            + "(\(limits)), or no SSH server on that port")

    static func refused(_ said: String) -> Self {
        Self(
            code: .connectionLost,
            detail:
                "the server takes no login at the moment, it says \"\(said.prefix(60))\": there may be too many at one "
                + "time (\(limits))")
    }

    static func foreign(_ said: String) -> Self {
        Self(
            code: .notSSH,
            detail: "what answers there does not speak SSH (it says \"\(said.prefix(60))\"); is the port right?")
    }
}
