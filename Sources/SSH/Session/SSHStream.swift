/// A connection through a session to an address, as a stream of bytes.
///
/// Its user closes it, with `close` or by letting go of it. One reads and one writes at a time.
public final class SSHStream: Sendable {
    private let session: SSHSession
    private let number: UInt

    init(session: SSHSession, number: UInt) {
        self.session = session
        self.number = number
    }

    deinit {
        close()
    }

    /// What has come, at least one byte; nil at the end.
    ///
    /// A cancelled read loses nothing.
    public func read(upTo most: Int = 65_536) async throws(SSHError) -> [UInt8]? {
        try await perform { role, pending in role.read(max(1, most), pending) }
    }

    /// Writes all of it; returns when the peer has room for it.
    ///
    /// After a cancelled write nobody knows how much of it has gone.
    public func write(_ bytes: [UInt8]) async throws(SSHError) {
        try await perform { role, pending in role.write(bytes, pending) }
    }

    /// Tells the peer that nothing more comes; it may go on sending.
    public func closeWrite() async throws(SSHError) {
        try await perform { role, pending in role.endWrites(pending) }
    }

    /// Lets go of the connection at once.
    public func close() {
        session.loop.post { [number, session = session.number] core in
            guard let session = core.sessions[session], let role = session.roles.removeValue(forKey: number) else {
                return
            }
            (role as? StreamRole)?.close()
            core.enqueue(session)
        }
    }

    private func perform<Value: Sendable>(
        _ start: @escaping @Sendable (StreamRole, Pending<Value>) -> Void
    ) async throws(SSHError) -> Value {
        let closed = SSHError(.cancelled, host: session.name, detail: "the stream was closed")
        return try await session.perform { [number] session, core, pending in
            guard let role = session.roles[number] as? StreamRole else {
                pending.fail(closed)
                return
            }
            start(role, pending)
            core.enqueue(session)
        }
    }
}

extension SSHSession {
    /// A connection to an address, as the host sees it.
    ///
    /// - Parameter time: for the opening, as for `socket`.
    /// - Throws: what `socket` does.
    public func openStream(
        to host: String, port: Int, within time: Duration = openingTime
    ) async throws(SSHError) -> SSHStream {
        let number = loop.newNumber()
        try await perform(until: Ticks.after(time), late: late(host, port, time)) { session, core, pending in
            let name = session.name
            session.open(
                Opening(kind: .direct(host: host, port: port)) {
                    pending.isFinished
                } role: { [unowned session] _ in
                    guard pending.succeed(()) else { return nil }
                    let role = StreamRole(name: name)
                    session.roles[number] = role
                    return role
                } fail: {
                    pending.fail($0)
                }, in: core)
        }
        return SSHStream(session: self, number: number)
    }
}
