import Glibc

/// The listening socket that a runner inherits: clients may connect before the runner accepts.
struct RunnerSocket: ~Copyable {
    let descriptor: Int32
    let address: String

    /// Binds and listens. Throws `.system` with `EADDRINUSE` where something listens there already, on that address or
    /// on all.
    init(address: String, port: Int) throws(ShimError) {
        let subject = "\(address):\(port)"
        let opened = try ShimError.checking("socket", subject) {
            socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        }
        var one: Int32 = 1
        setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = UInt16(port).bigEndian
        let parsed = inet_pton(AF_INET, address, &place.sin_addr)
        let bound = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                parsed == 1 && bind(opened, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                    && listen(opened, 256) == 0
            }
        }
        guard bound else {
            let number = parsed == 1 ? errno : EINVAL
            close(opened)
            throw .system(call: "listen", subject: subject, errno: number)
        }
        descriptor = opened
        self.address = address
    }

    deinit {
        close(descriptor)
    }
}
