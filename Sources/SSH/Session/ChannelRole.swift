/// What a channel is used for, on the loop's thread.
protocol ChannelRole: AnyObject {
    /// Moves what can be moved, up to a bound, so that other channels have their turn.
    func pump(_ channel: OpaquePointer, of session: SessionCore, in core: LoopCore) -> Pumped

    /// The session has ended, or its user closed it. The channel is gone.
    func fail(_ error: SSHError, in core: LoopCore)
}

/// How far a channel's turn came.
enum Pumped {
    /// Waits for its peer or for its user.
    case waiting
    /// Can go on at once.
    case more
    /// Is not needed any more.
    case done
}
