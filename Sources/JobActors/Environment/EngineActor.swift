/// An actor that drives one row from its mailbox: what the supervisor spawns, wakes and rehydrates.
public protocol EngineActor: Actor {
    /// Drives the row until it needs nobody any more.
    ///
    /// - Throws: where the actor cannot go on; another one may, from the row.
    func run() async throws

    /// Tells that there may be a stored message; false where the actor no longer listens.
    func wake() -> Bool
}
