import CLibSSH2

extension SessionCore {
    /// From now on a silent peer is noticed.
    func keepAlive(_ settings: KeepAlive, in core: LoopCore) {
        keepAlive = KeepAliveMachine(settings)
        libssh2_keepalive_config(session, 1, 2)
        tick(core)
    }

    private func tick(_ core: LoopCore) {
        if end != nil { return }
        switch keepAlive.tick(now: Ticks.now(), received: transport.received) {
        case .wait(let moment): tick(at: moment, core)
        case .ask(let moment):
            ask(core)
            // libssh2 asks no more often than every other second.
            tick(at: isOpening ? max(moment, Ticks.after(.milliseconds(2_100))) : moment, core)
        case .giveUp:
            end(.lost("no answer for \(keepAlive.bound)"), in: core)
        }
    }

    private func tick(at moment: UInt64, _ core: LoopCore) {
        core.at(moment) { [weak self] core in
            self?.tick(core)
        } isOver: { [weak self] in
            self == nil || self?.end != nil
        }
    }

    private func ask(_ core: LoopCore) {
        if !isOpening {
            probe(core)
            return
        }
        // The channel that is being opened may wait for an address that does not answer, which proves nothing. This
        // question does; libssh2 keeps its answers for ever, so it is not the usual one.
        libssh2_keepalive_send(session, nil)
        core.enqueue(self)
    }
}
