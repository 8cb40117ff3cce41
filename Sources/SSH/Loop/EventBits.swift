import CLinux

/// What the system tells of a descriptor.
enum EventBits {
    static let readable = UInt32(CLINUX_READABLE)
    static let writable = UInt32(CLINUX_WRITABLE)
    /// A socket of a pair whose other end is closed, not only shut down in one direction.
    static let gone = UInt32(CLINUX_HUNG_UP)
    /// The peer sends no more, or there is an error to read.
    static let ended = UInt32(CLINUX_FAILED) | UInt32(CLINUX_HUNG_UP) | UInt32(CLINUX_PEER_ENDED)
}
