/// Why a server could not start listening.
public enum AgentServerError: Error, Equatable, CustomStringConvertible {
    /// The host is not a numeric IPv4 or IPv6 address.
    case notAnAddress(String)
    /// Another process answers on this unix socket.
    case socketInUse(path: String)
    /// The path holds something that is not a socket, which is left alone.
    case notASocket(path: String)
    /// The kernel refused the address or the descriptor.
    case cannotListen(on: String, reason: String)

    public var description: String {
        switch self {
        case .notAnAddress(let host):
            "cannot listen on '\(host)': give a numeric address such as 127.0.0.1"
        case .socketInUse(let path):
            "cannot listen on '\(path)': another process answers there; stop it or choose another path"
        case .notASocket(let path):
            "cannot listen on '\(path)': the file there is not a socket; remove it or choose another path"
        case .cannotListen(let address, let reason):
            "cannot listen on \(address): \(reason)"
        }
    }
}
