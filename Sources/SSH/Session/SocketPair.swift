import Glibc

/// Two connected, non-blocking sockets of this process.
struct SocketPair: Sendable {
    /// The end that stays with the session.
    let inner: Int32
    /// The end that whoever asked for it gets.
    let outer: Int32

    static func make() -> Result<SocketPair, Errno> {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &pair) == 0 else { return .failure(Errno(errno)) }
        return .success(SocketPair(inner: pair[0], outer: pair[1]))
    }
}
