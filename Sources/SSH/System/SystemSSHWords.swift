/// What `ssh` prints before it gives up, as an error of ours.
enum SystemSSHWords {
    private static let known: [(part: String, code: SSHError.Code, words: String)] = [
        ("Permission denied", .authenticationFailed, ""),
        ("Too many authentication failures", .authenticationFailed, ""),
        ("incorrect passphrase", .authenticationFailed, "the passphrase does not open a private key"),
        (
            "Host key verification failed", .hostKeyChanged,
            "the host shows another key than it did when the connection was made"
        ),
        ("Could not resolve hostname", .connectFailed, "the name cannot be looked up; check its spelling"),
        (
            "Connection refused", .connectFailed,
            "nothing listens on that port (connection refused); is its SSH server running, and the port right?"
        ),
        ("No route to host", .connectFailed, "there is no way to the host; is it up and in a network you reach?"),
        ("Network is unreachable", .connectFailed, "there is no way to the host; is it in a network you reach?"),
        ("timed out", .timedOut, "the host does not answer; is it up, and does a firewall let the port through?"),
        (
            "administratively prohibited", .connectFailed,
            "a host on the way does not forward; set `AllowTcpForwarding yes` in its sshd_config"
        ),
        ("invalid format", .notSSH, "what answers there does not speak SSH; is the port right?"),
        ("no matching", .notSSH, "the server and `ssh` have no method in common"),
        // The peer is gone before it has said anything.
        ("kex_exchange_identification: Connection closed", .connectionLost, Greeting.Trouble.unanswered.detail),
        ("kex_exchange_identification: read: ", .connectionLost, Greeting.Trouble.unanswered.detail),
        ("kex_exchange_identification: write: ", .connectionLost, Greeting.Trouble.unanswered.detail),
        ("kex_exchange_identification", .notSSH, "what answers there does not speak SSH; is the port right?"),
    ]

    static func error(_ printed: String, host: String, user: String) -> SSHError {
        let last = printed.split(whereSeparator: \.isNewline).last.map(String.init) ?? "it says nothing"
        // Later lines tell of what the first one caused; the first one that is known tells most.
        for line in printed.split(whereSeparator: \.isNewline) {
            for (part, code, words) in known where line.contains(part) {
                let words =
                    words.isEmpty
                    ? "the server refuses the key for user \"\(user)\"; is the user right, and the public key in its "
                        + "~/.ssh/authorized_keys?" : words
                return SSHError(code, host: host, detail: "\(words) (`ssh` says: \(line))")
            }
        }
        return SSHError(.connectFailed, host: host, detail: "`ssh` gave up: \(last)")
    }
}
