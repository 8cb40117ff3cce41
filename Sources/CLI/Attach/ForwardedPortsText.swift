import Client

/// Where a run's ports are, in dstack's words.
enum ForwardedPortsText {
    static func lines(_ ports: [ForwardedPort], host: String) -> [StyledText] {
        guard !ports.isEmpty else { return [] }
        return ["Forwarded ports (local -> remote):"]
            + ports.map { port in
                var line: StyledText = "  - \(address(host)):\(port.local) -> \(port.remote)"
                if let missed = port.missed { line += StyledText(" (\(words(missed)))", .warning) }
                return line
            }
    }

    private static func address(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

    private static func words(_ missed: ForwardedPort.Missed) -> String {
        switch missed.reason {
        case .taken: "port \(missed.port) is in use"
        case .notPermitted: "port \(missed.port) needs a privileged user"
        case .theRunsOwn: "port \(missed.port) is left to the run, which is on this machine's own network"
        }
    }
}
