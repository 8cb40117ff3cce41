import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The file of a unix socket.
enum UnixSocketFile {
    /// Removes a socket at `path` that no process answers on any more.
    static func makeFree(_ path: String) throws(AgentServerError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        guard !answers(path) else { throw .socketInUse(path: path) }
        unlink(path)
    }

    private static func answers(_ path: String) -> Bool {
        guard let address = try? SocketAddress(unixDomainSocketPath: path) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return address.withSockAddr { pointer, size in
            connect(descriptor, pointer, socklen_t(size)) == 0
        }
    }
}
