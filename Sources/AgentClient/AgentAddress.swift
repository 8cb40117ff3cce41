/// Where an agent (shim or runner) listens. Always an address, never a name: nothing is looked up.
public enum AgentAddress: Hashable, Sendable, CustomStringConvertible {
    /// A unix socket. Linux takes at most 107 bytes of path.
    case unix(path: String)
    /// A TCP port (1...65535) at an IPv4 or IPv6 address written in digits.
    case tcp(ip: String, port: Int)
    /// A TCP port at an address as another machine sees it.
    case remote(by: AgentRouteID, ip: String, port: Int)

    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let ip, let port): Self.digits(ip, port)
        case .remote(let route, let ip, let port): "\(Self.digits(ip, port)) on \(route.route.name)"
        }
    }

    /// What the `Host` header says.
    var host: String {
        switch self {
        case .unix: "localhost"
        case .tcp(let ip, let port), .remote(_, let ip, let port): Self.digits(ip, port)
        }
    }

    private static func digits(_ ip: String, _ port: Int) -> String {
        ip.utf8.contains(UInt8(ascii: ":")) ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }
}

/// A way to what another machine reaches, as its SSH server opens it.
public protocol AgentRoute: AnyObject, Sendable {
    /// What the machine is called in errors.
    var name: String { get }

    /// Connects from there to a port; ends soon where the task is cancelled.
    ///
    /// - Returns: a connected stream socket, which is the caller's to close.
    func connect(ip: String, port: Int) async throws -> CInt
}

/// A route as part of an address: the same where it is the same object.
public struct AgentRouteID: Hashable, Sendable {
    public let route: any AgentRoute

    public init(_ route: any AgentRoute) {
        self.route = route
    }

    public static func == (a: Self, b: Self) -> Bool { a.route === b.route }

    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(route)) }
}
