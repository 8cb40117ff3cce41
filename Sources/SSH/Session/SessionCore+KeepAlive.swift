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
        switch keepAlive.tick(now: Ticks.now(), received: transport.received, opening: underWay) {
        case .wait(let moment): tick(at: moment, core)
        case .ask(let moment):
            probe(core)
            tick(at: moment, core)
        case .request(let moment):
            // libssh2 keeps the answers for ever, so this is not the usual question.
            note(Int(libssh2_keepalive_send(session, nil)))
            core.enqueue(self)
            tick(at: moment, core)
        case .giveUp:
            end(.lost("no answer for \(keepAlive.bound)"), in: core)
        }
    }

    private var underWay: KeepAliveMachine.Opening {
        guard let first = openings.first else { return .nothing }
        if case .probe = first.kind { return .question }
        return .channel
    }

    private func tick(at moment: UInt64, _ core: LoopCore) {
        core.at(moment) { [weak self] core in
            self?.tick(core)
        } isOver: { [weak self] in
            self == nil || self?.end != nil
        }
    }
}
