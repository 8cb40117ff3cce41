extension SSHSession: RemoteShell {
    public func run(_ command: String, input: ShellInput, within time: Duration) async throws(SSHError) -> ShellResult {
        let late = SSHError(
            .timedOut, host: name, detail: "the command did not end within \(time): \(command.prefix(120))")
        let number = loop.newNumber()
        let id = self.number
        return try await perform(until: Ticks.after(time), late: late) { core in
            guard let session = core.sessions[id] else { return }
            (session.roles.removeValue(forKey: number) as? CommandRole)?.abandon()
            core.enqueue(session)
        } _: { [loop] session, core, pending in
            session.open(
                Opening(kind: .command) {
                    pending.isFinished
                } role: { [unowned session] _ in
                    if pending.isFinished { return nil }
                    let source: any CommandInput =
                        switch input {
                        case .none: BytesInput([])
                        case .bytes(let bytes): BytesInput(bytes)
                        case .file(let path, let progress):
                            FileInput(path: path, progress: progress) {
                                loop.post { core in
                                    if let session = core.sessions[id] { core.enqueue(session) }
                                }
                            }
                        }
                    let role = CommandRole(
                        command, on: session.channelNumber ?? 0, input: source, pending: pending
                    ) { [unowned session] in
                        session.roles[number] = nil
                    }
                    session.roles[number] = role
                    return role
                } fail: {
                    pending.fail($0)
                }, in: core)
        }
    }
}
