/// Which servers are known by which keys.
public protocol HostKeys: Sendable {
    /// Judges the key that a server shows. A server that is not known yet is trusted, and kept (trust on first use).
    ///
    /// - Parameters:
    ///   - key: the algorithm's name and the key in base64, as in a line of `known_hosts`.
    /// - Returns: false where another key is known for this host and port.
    func trusts(_ key: String, host: String, port: Int) async -> Bool
}
