import CLibSSH2

/// What an error of libssh2 says of the session it came from.
enum SessionFault {
    /// Errors of one call or channel: nothing of the session has gone wrong. All others leave it out of step with its
    /// peer: a packet is lost, or an answer may come that nobody waits for and that the next one takes for its own.
    private static let harmless: Set<Int32> = [
        LIBSSH2_ERROR_EAGAIN, LIBSSH2_ERROR_INVAL, LIBSSH2_ERROR_CHANNEL_FAILURE,
        LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED, LIBSSH2_ERROR_REQUEST_DENIED, LIBSSH2_ERROR_CHANNEL_UNKNOWN,
        LIBSSH2_ERROR_CHANNEL_WINDOW_EXCEEDED, LIBSSH2_ERROR_CHANNEL_PACKET_EXCEEDED, LIBSSH2_ERROR_CHANNEL_CLOSED,
        LIBSSH2_ERROR_CHANNEL_EOF_SENT,
    ]

    /// - Parameter code: what a call returned; 0 and more are no errors.
    static func isFatal(_ code: Int) -> Bool {
        code < 0 && !harmless.contains(Int32(truncatingIfNeeded: code))
    }
}
