import SSH

/// Which hosts are known by which keys.
///
/// A host is known by the way to it: behind another jump host the same address is another machine.
public protocol KnownHosts: Sendable {
    /// Judges the key that a server shows. A server that is not known yet is trusted, and kept (trust on first use).
    ///
    /// - Parameters:
    ///   - key: the algorithm's name and the key in base64, as in a line of `known_hosts`.
    ///   - route: the server's, see `SSHTarget.route`.
    /// - Returns: false where another key is known for it.
    /// - Throws: where it cannot be looked up which key is known.
    func trusts(_ key: String, route: String) async throws -> Bool
}

extension SSHTarget {
    /// The way to one of the servers that are on it.
    func route(host: String, port: Int) -> String {
        let hops = jumps + [hop]
        guard let index = hops.firstIndex(where: { $0.host == host && $0.port == port }) else {
            return "\(host.lowercased()):\(port)"
        }
        return routes[index]
    }
}

/// The keys of the servers on one way.
struct RouteKeys: HostKeys {
    let known: any KnownHosts
    let target: SSHTarget

    func trusts(_ key: String, host: String, port: Int) async throws -> Bool {
        try await known.trusts(key, route: target.route(host: host, port: port))
    }
}
