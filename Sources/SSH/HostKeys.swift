/// Which servers are known by which keys.
public protocol HostKeys: Sendable {
    /// Judges the key that a server shows. A server that is not known yet is trusted, and kept (trust on first use).
    ///
    /// - Parameters:
    ///   - key: the algorithm's name and the key in base64, as in a line of `known_hosts`.
    /// - Returns: false where another key is known for this host and port.
    /// - Throws: where it cannot be looked up which key is known. Nobody logs in then.
    func trusts(_ key: String, host: String, port: Int) async throws -> Bool
}

extension HostKeys {
    /// Judges the key that a hop shows.
    func trusts(_ key: String, by hop: SSHHop) async throws(SSHError) -> Bool {
        do {
            return try await trusts(key, host: hop.host, port: hop.port)
        } catch {
            throw SSHError.unknownKeys(hop, error)
        }
    }
}
