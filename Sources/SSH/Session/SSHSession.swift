import Glibc
import Synchronization

/// A login to an SSH server, and the channels in it.
///
/// It ends with `close`, with the last reference to it, or with the connection. All of it is done on the thread of its
/// `SSHLoop`; no method blocks, and each may be cancelled.
public final class SSHSession: Sendable {
    public let target: SSHTarget
    /// `user@host:port`, for errors.
    public let name: String

    let number: UInt
    let loop: SSHLoop
    /// Why it has ended, once it has.
    let end = EndNote()
    /// The session through which this one goes.
    private let jump: (any JumpHost)?

    init(target: SSHTarget, name: String, number: UInt, loop: SSHLoop, jump: (any JumpHost)?) {
        self.target = target
        self.name = name
        self.number = number
        self.loop = loop
        self.jump = jump
    }

    deinit {
        endIt()
    }

    private func endIt() {
        loop.post { [number] core in core.sessions[number]?.end(.closed, in: core) }
    }

    /// Ends the session with all its channels. May be called again.
    public func close() async {
        endIt()
        await jump?.close()
    }

    /// Waits for the end of the session.
    ///
    /// - Returns: why it ended; `.cancelled` where it was closed on this side, or where the caller was cancelled.
    public var closed: SSHError {
        get async {
            do throws(SSHError) {
                return try await perform { session, _, pending in session.awaitEnd(pending) }
            } catch {
                // It had ended before, or the caller was cancelled.
                return error
            }
        }
    }

    /// Runs `start` with the session on the loop's thread.
    func perform<Value: Sendable>(
        until deadline: UInt64? = nil, late: SSHError? = nil,
        abandon: @escaping @Sendable (LoopCore) -> Void = { _ in },
        _ start: @escaping @Sendable (SessionCore, LoopCore, Pending<Value>) -> Void
    ) async throws(SSHError) -> Value {
        try await loop.wait(
            for: name, until: deadline, late: late,
            start: { [number, name, end] core, pending in
                if let session = core.sessions[number] {
                    start(session, core, pending)
                } else {
                    pending.fail(end.reason ?? SSHError(.cancelled, host: name, detail: "the session has ended"))
                }
            }, abandon: abandon)
    }

    /// A connection to an address, as the host sees it, as a connected, non-blocking socket.
    ///
    /// The caller owns and closes it. Half-closes go both ways. When the session ends, so does the socket.
    ///
    /// - Parameter time: for the opening; an address that swallows what is sent to it holds others of the session up.
    /// - Throws: `.channelRefused` where nothing answers there, `.forwardingRefused` where the host's settings forbid it,
    ///   `.timedOut` where the host does not say within `time`, `.localFailure` where this process has no files left.
    public func socket(
        to host: String, port: Int, within time: Duration = openingTime
    ) async throws(SSHError) -> Int32 {
        try await socket(to: host, port: port, until: Ticks.after(time), late: late(host, port, time))
    }

    /// How long an opening may take where nobody says otherwise.
    public static let openingTime = Duration.seconds(30)

    func late(_ host: String, _ port: Int, _ time: Duration) -> SSHError {
        let kind = Opening.Kind.direct(host: host, port: port)
        return SSHError(.timedOut, host: name, detail: "the host did not open \(kind.words) within \(time)")
    }

    func socket(
        to host: String, port: Int, until deadline: UInt64, late: SSHError? = nil
    ) async throws(SSHError) -> Int32 {
        try await perform(until: deadline, late: late) { [name, loop] session, core, pending in
            session.open(
                Opening(kind: .direct(host: host, port: port)) {
                    pending.isFinished
                } role: { _ in
                    // Not the host's refusal: who asks would look for the fault there.
                    let what = "the host opened a connection to \(host):\(port), but there is no socket for it"
                    let pair: SocketPair
                    switch loop.makePair() {
                    case .success(let made): pair = made
                    case .failure(let error):
                        pending.fail(SSHError.local(error, host: name, what))
                        return nil
                    }
                    guard let pump = SocketPump(pair.inner, session: session, in: core) else {
                        let error = Errno(errno)
                        Glibc.close(pair.outer)
                        pending.fail(SSHError.local(error, host: name, what))
                        return nil
                    }
                    if !pending.succeed(pair.outer) { Glibc.close(pair.outer) }
                    return pump
                } fail: {
                    pending.fail($0)
                }, in: core)
        }
    }
}

/// Why a session has ended, for who asks after it.
final class EndNote: Sendable {
    private let note = Mutex<SSHError?>(nil)

    var reason: SSHError? {
        note.withLock { $0 }
    }

    func write(_ reason: SSHError) {
        note.withLock { $0 = reason }
    }
}
