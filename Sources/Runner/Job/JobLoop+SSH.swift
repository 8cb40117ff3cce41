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
            door = try SSHDoor(ssh, presence)
            log.write(.info, "SSH server on \(ssh.addresses.joined(separator: ", ")), port \(ssh.port)")
        } catch {
            log.write(.warning, "no SSH server: \(error)")
        }
    }

    func letIn(_ listener: Int32) {
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
}
