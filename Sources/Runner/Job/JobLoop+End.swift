/// The job's last word, which is not said before those who read its log have all of it.
extension JobLoop {
    /// How long a reader may take no byte.
    private static let readerPatience = Duration.seconds(3)
    /// How long clients that read the log may take to hang up.
    private static let farewell = Duration.seconds(1)
    /// How long all of them are waited for: as long as by dstack's runner, and less than until a server that asked for the
    /// end forces it.
    private static let patience = (atTheEnd: Duration.seconds(300), whenStopped: Duration.seconds(4))

    func publish(_ plain: Verdict) {
        let verdict = explained(plain)
        log.write(.info, "job \(verdict.state.rawValue)\(verdict.message.map { ": \($0)" } ?? "")")
        terminal?.close()
        terminal = nil
        lastWord = verdict
        lastWordDue = .now.advanced(by: isStopRequested ? Self.patience.whenStopped : Self.patience.atTheEnd)
        journal.completeJobLog()
        look(at: readers.look)
    }

    /// Somebody who was waited for may have left.
    func lookAtReaders() {
        if lastWord != nil { look(at: readers.look) }
    }

    /// Time is over for who was waited for, but for those who still read.
    func readersAreDue() {
        let look = readers.look
        if look.count > 0, look.pieces != piecesBefore, .now < lastWordDue {
            self.look(at: look)
        } else {
            sayLastWord()
        }
    }

    private func look(at look: LogReaders.Look) {
        piecesBefore = look.pieces
        if look.count > 0 {
            timers.start(.readers, after: min(Self.readerPatience, ContinuousClock.now.duration(to: lastWordDue)))
        } else if look.hasBeenRead, door?.connections.isEmpty == false {
            timers.start(.readers, after: Self.farewell)
        } else {
            sayLastWord()
        }
    }

    private func sayLastWord() {
        guard let verdict = lastWord else { return }
        lastWord = nil
        timers.cancel(.readers)
        journal.publish(
            verdict.state, reason: verdict.reason, message: verdict.message, exitStatus: verdict.exitStatus,
            isFinal: true)
        endIfTold()
    }
}
