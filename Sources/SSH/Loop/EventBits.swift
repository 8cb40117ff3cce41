import CLinux

/// What the system tells of a descriptor.
enum EventBits {
    static let readable = UInt32(CLINUX_READABLE)
    static let writable = UInt32(CLINUX_WRITABLE)
    /// The peer sends no more, or there is an error to read.
    static let ended = UInt32(CLINUX_FAILED) | UInt32(CLINUX_HUNG_UP) | UInt32(CLINUX_PEER_ENDED)
}
