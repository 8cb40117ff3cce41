import Glibc

/// An address to connect to, as the system takes it.
struct SocketAddress: Sendable {
    let family: Int32
    private let bytes: [UInt8]

    init(_ info: addrinfo) {
        family = info.ai_family
        bytes = Array(UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen)))
    }

    /// As `connect(2)`.
    func connect(_ file: Int32) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return -1 }
            return Glibc.connect(file, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
    }

    /// The addresses of a name; blocks for as long as the name service takes.
    ///
    /// - Returns: the addresses, or what the name service says.
    static func lookUp(_ host: String, port: Int, numericOnly: Bool = false) -> Result<[SocketAddress], NameError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (numericOnly ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        if code != 0 { return .failure(NameError(words: String(cString: gai_strerror(code)))) }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let info = next {
            found.append(SocketAddress(info.pointee))
            next = info.pointee.ai_next
        }
        return .success(found)
    }
}

/// What a name service says.
struct NameError: Error {
    let words: String
}
