#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sockets that listen on this machine.
enum LocalListener {
    /// An address that the name of a local host stands for, without a port.
    struct Address {
        fileprivate var storage: sockaddr_storage
        fileprivate var length: socklen_t
        fileprivate let family: Int32
    }

    /// Looks a host up: an address, `localhost`, or another name of this machine.
    static func address(of host: String) throws(PortForwardError) -> Address {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        // Of the two that `localhost` stands for, everybody tries this one.
        if host == "localhost" { hints.ai_family = AF_INET }
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &found)
        guard code == 0, let first = found?.pointee, let address = first.ai_addr else {
            throw PortForwardError(host: host, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(found) }
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(first.ai_addrlen)))
        }
        return Address(storage: storage, length: first.ai_addrlen, family: first.ai_family)
    }

    /// A socket that listens and does not block; what to think of the port where there is none.
    static func listen(
        on address: Address, port: Int, host: String
    ) throws(PortForwardError) -> (attempt: PortChoice.Attempt, port: Int, socket: Int32) {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw PortForwardError(host: host, errno: errno) }
        var isKept = false
        defer { if !isKept { close(descriptor) } }
        // A port whose last connections are still being closed can be listened on again.
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var storage = address.storage
        withUnsafeMutableBytes(of: &storage) { bytes in
            // IPv4 and IPv6 both have the port in the bytes 2 and 3.
            bytes[2] = UInt8(port >> 8)
            bytes[3] = UInt8(port & 255)
        }
        let bound = withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, address.length) }
        }
        guard bound == 0, Glibc.listen(descriptor, 128) == 0 else {
            switch errno {
            case EADDRINUSE: return (.taken, port, -1)
            case EACCES, EPERM: return (.notPermitted, port, -1)
            default: throw PortForwardError(host: host, errno: errno)
            }
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        isKept = true
        return (.done, port == 0 ? self.port(of: descriptor) : port, descriptor)
    }

    static func port(of descriptor: Int32) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
    }
}

/// No local port could be listened on.
public struct PortForwardError: Error, Sendable, CustomStringConvertible {
    /// The local host that was asked for.
    public var host: String
    /// In the system's words.
    public var reason: String

    init(host: String, reason: String) {
        self.host = host
        self.reason = reason
    }

    init(host: String, errno: Int32) {
        self.init(host: host, reason: String(cString: strerror(errno)))
    }

    public var description: String {
        "Cannot listen for connections on '\(host)': \(reason). Give an address of this machine, or leave it out."
    }
}
