/// Where an agent (shim or runner) listens. Always an address, never a name: nothing is looked up.
public enum AgentAddress: Hashable, Sendable, CustomStringConvertible {
    /// A unix socket. Linux takes at most 107 bytes of path.
    case unix(path: String)
    /// A TCP port (1...65535) at an IPv4 or IPv6 address written in digits.
    case tcp(ip: String, port: Int)

    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let ip, let port): ip.utf8.contains(UInt8(ascii: ":")) ? "[\(ip)]:\(port)" : "\(ip):\(port)"
        }
    }

    /// What the `Host` header says.
    var host: String {
        switch self {
        case .unix: "localhost"
        case .tcp: description
        }
    }
}
