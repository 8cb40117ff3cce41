extension SessionCore {
    /// From now on a silent peer is noticed.
    func keepAlive(_ settings: KeepAlive, in core: LoopCore) {
        keepAlive = KeepAliveMachine(settings)
        tick(core)
    }

    private func tick(_ core: LoopCore) {
        if end != nil { return }
        switch keepAlive.tick(now: Ticks.now(), received: transport.received) {
        case .wait(let moment): tick(at: moment, core)
        case .ask(let moment):
            ask(core)
            tick(at: moment, core)
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
        // A channel that is being opened may wait for an address that does not answer: it proves nothing.
        if openings.isEmpty { probe(core) } else { core.enqueue(self) }
    }
}
