import Glibc

/// Clients that come in over SSH.
extension JobLoop {
    /// Listens for them. A job can do without: what keeps it from that is told in its diagnostics.
    func openDoor(_ ssh: JobSSH?) {
        guard let ssh else {
            log.write(.info, "no SSH server: no key was given, or the tools are missing")
            return
        }
        do {
            let door = try SSHDoor(ssh, presence)
            self.door = door
            log.write(.info, "SSH server on \(ssh.addresses.joined(separator: ", ")), port \(ssh.port)")
            for error in door.refused { log.write(.warning, "no SSH server there: \(error)") }
        } catch {
            log.write(.warning, "no SSH server: \(error)")
        }
    }

    func letIn(_ listener: Int32) {
        // Some may have come in before one could not.
        defer { watchLogins() }
        do {
            try door?.accept(on: listener)
            doorTrouble = nil
        } catch {
            timers.start(.door, after: SSHDoor.rest)
            // Said once, not with each try.
            log.write(error == doorTrouble ? .debug : .warning, "\(error)")
            doorTrouble = error
        }
    }

    /// Sees to it that who stays counts as connected.
    func watchLogins() {
        guard let due = door?.loginDue else { return timers.cancel(.login) }
        timers.start(.login, after: ContinuousClock.now.duration(to: due))
    }
}
