/// A host to log in to, with whatever opens it, and the hosts on the way.
public struct SSHTarget: Sendable, Hashable, Codable {
    public var hop: SSHHop
    /// The hosts to jump through, first one first; empty for none.
    public var jumps: [SSHHop]

    public init(_ hop: SSHHop, jumps: [SSHHop] = []) {
        self.hop = hop
        self.jumps = jumps
    }
}

extension SSHTarget {
    /// The way to the host, which tells it from others: each server on it as `host:port`, with spaces between. It begins with
    /// the route of each jump host.
    public var route: String { Self.route(jumps + [hop]) }

    /// The ways to the servers on it, the host's the last.
    public var routes: [String] {
        let hops = jumps + [hop]
        return hops.indices.map { Self.route(hops[...$0]) }
    }

    private static func route(_ hops: some Sequence<SSHHop>) -> String {
        hops.map { "\($0.host.lowercased()):\($0.port)" }.joined(separator: " ")
    }
}

/// One SSH server and who logs in to it.
public struct SSHHop: Sendable, Hashable, Codable {
    /// A name or an address.
    public var host: String
    /// 1 to 65535.
    public var port: Int
    public var user: String
    /// What opens it, tried in order.
    public var identities: [SSHIdentity]

    public init(host: String, port: Int = 22, user: String, identities: [SSHIdentity]) {
        self.host = host
        self.port = port
        self.user = user
        self.identities = identities
    }
}

/// What a user proves to be with.
public enum SSHIdentity: Sendable, Hashable, Codable {
    /// A private key as a file of OpenSSH or PEM holds it.
    case key(String, passphrase: String? = nil)
    /// The keys of an agent that listens on a unix socket.
    case agent(socket: String)
}

extension SSHIdentity: CustomStringConvertible {
    /// Never the key itself: it may end up in a log.
    public var description: String {
        switch self {
        case .key: "a private key"
        case .agent(let socket): "the agent at \(socket)"
        }
    }
}
