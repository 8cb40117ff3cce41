import CLibSSH2
import Glibc

/// One session of libssh2, on the loop's thread.
///
/// Whatever may happen next is tried in `work`: the step of the login, the channel that is being opened, then every
/// channel in turn. libssh2 says where it would have to wait.
final class SessionCore: Workable, Watched {
    /// Why a session has ended.
    enum End {
        case closed
        case shutDown
        case lost(String)
    }

    let number: UInt
    /// `user@host:port`, for errors.
    let name: String
    let user: String
    let session: OpaquePointer
    let transport: Transport
    var isQueued = false
    private(set) var end: SSHError?
    /// Why the session cannot go on, from the moment when libssh2 said so to the end of that turn.
    private(set) var fault: String?
    private let note: EndNote

    /// What the login waits for, if it is under way.
    var step: (any LoginStep)?
    /// Channels to open. libssh2 opens one at a time; the first one is under way once `isOpening`.
    var openings: [Opening] = []
    var isOpening = false
    /// libssh2's number of the channel that was asked for last: it counts them, from 0.
    var channelNumber: UInt32?
    var keepAlive = KeepAliveMachine(KeepAlive())

    /// Streams and commands, by the numbers that their users know.
    var roles: [UInt: any ChannelRole] = [:]

    private(set) var channels: [ActiveChannel] = []
    /// Channels that nobody uses any more and whose other end has not confirmed that.
    private(set) var closing: [OpaquePointer] = []
    private var nextChannel = 0
    private var token: UInt?
    private var endWaiters: [Pending<SSHError>] = []

    struct ActiveChannel {
        let pointer: OpaquePointer
        let role: any ChannelRole
    }

    /// Takes over the connected socket, whatever comes of it.
    init(file: Int32, name: String, user: String, number: UInt, note: EndNote, in core: LoopCore) throws(SSHError) {
        self.number = number
        self.name = name
        self.user = user
        self.note = note
        transport = Transport(file: file)
        guard let session = transport.makeSession() else {
            Glibc.close(file)
            throw SSHError(.connectionLost, host: name, detail: "no memory for an SSH session")
        }
        self.session = session
        libssh2_session_set_blocking(session, 0)
        MethodPreferences.apply(to: session)
        guard let token = core.watch(file, by: self) else {
            let words = Errno(errno).words
            libssh2_session_free(session)
            Glibc.close(file)
            throw SSHError(.connectionLost, host: name, detail: "the connection cannot be watched: \(words)")
        }
        self.token = token
        core.add(self)
    }

    var lastError: String {
        var message: UnsafeMutablePointer<CChar>?
        libssh2_session_last_error(session, &message, nil, 0)
        return message.map { String(cString: $0) } ?? "libssh2 gives no reason"
    }

    func error(_ code: SSHError.Code, _ detail: String) -> SSHError {
        SSHError(code, host: name, detail: detail)
    }

    func error(_ trouble: Greeting.Trouble) -> SSHError { error(trouble.code, trouble.detail) }

    /// Whether a command waits for the server's word that it runs.
    var isAsking = false

    // MARK: Events

    func happened(_ events: UInt32, in core: LoopCore) {
        if end != nil { return }
        transport.note(events)
        core.enqueue(self)
    }

    func work(_ core: LoopCore) -> Bool {
        if end != nil { return false }
        transport.flush()
        if let step, step.advance(self, in: core) {
            self.step = nil
        }
        open(core)
        var more = pumpChannels(core)
        finishClosing()
        if !more, takeIn(core) { more = true }
        if end != nil { return false }
        if let farewell = transport.farewell {
            end(.lost("the server ended it (\(farewell))"), in: core)
            return false
        }
        if let fault {
            end(.lost(fault), in: core)
            return false
        }
        if let ended = transport.ended, !more {
            end(.lost(ended.code == 0 ? "the server closed the connection" : ended.words), in: core)
            return false
        }
        return more
    }

    /// Takes note of what a call of libssh2 returned: after some errors the session cannot go on.
    ///
    /// - Parameter what: what is said of it in place of libssh2's own words.
    func note(_ code: Int, _ what: @autoclosure () -> String? = nil) {
        guard fault == nil, SessionFault.isFatal(code) else { return }
        fault = what() ?? lastError
    }

    // MARK: Channels

    func adopt(_ channel: OpaquePointer, as role: any ChannelRole, in core: LoopCore) {
        channels.append(ActiveChannel(pointer: channel, role: role))
        core.enqueue(self)
    }

    /// Lets go of a channel that was opened for nobody.
    func discard(_ channel: OpaquePointer) {
        closing.append(channel)
    }

    private func pumpChannels(_ core: LoopCore) -> Bool {
        var more = false
        var done: [Int] = []
        let count = channels.count
        if count == 0 { return false }
        nextChannel = (nextChannel + 1) % count
        for offset in 0..<count {
            let index = (nextChannel + offset) % count
            let channel = channels[index]
            switch channel.role.pump(channel.pointer, of: self, in: core) {
            case .waiting: break
            case .more: more = true
            case .done: done.append(index)
            }
            if fault != nil || transport.farewell != nil { break }
        }
        for index in done.sorted(by: >) {
            closing.append(channels.remove(at: index).pointer)
        }
        return more
    }

    /// Reads what came where no channel did so in its turn: those that wait for their users do not, and it may be the
    /// room that another one waits for, new keys, or the end.
    ///
    /// - Returns: whether there may be more to do.
    private func takeIn(_ core: LoopCore) -> Bool {
        guard step == nil, end == nil, fault == nil, transport.isReadable, transport.ended == nil else { return false }
        for channel in channels {
            // Both read until nothing is there, but for a channel that has come to that end.
            var code = libssh2_channel_wait_eof(channel.pointer)
            if code == 0 { code = libssh2_channel_wait_closed(channel.pointer) }
            if code == 0 { continue }
            note(Int(code))
            return true
        }
        guard openings.isEmpty, closing.isEmpty, libssh2_userauth_authenticated(session) == 1 else { return false }
        probe(core)
        return true
    }

    private func finishClosing() {
        closing.removeAll { libssh2_channel_free($0) != LIBSSH2_ERROR_EAGAIN }
    }

    // MARK: The end

    func awaitEnd(_ pending: Pending<SSHError>) {
        if let end {
            pending.succeed(end)
        } else {
            endWaiters.append(pending)
        }
    }

    /// Ends the session at once. Nothing of it is used after that.
    func end(_ reason: End, in core: LoopCore) {
        if end != nil { return }
        let error =
            switch reason {
            case .closed: error(.cancelled, "the session was closed")
            case .shutDown: error(.cancelled, "SSH connections were shut down")
            case .lost(let words): error(.connectionLost, "the connection was lost: \(words)")
            }
        end = error
        note.write(error)
        step?.fail(error)
        step = nil
        for opening in openings { opening.fail(error) }
        openings = []
        for channel in channels { channel.role.fail(error, in: core) }
        channels = []
        roles = [:]
        closing = []
        if case .lost = reason {
            // Whoever is there no longer is told nothing.
        } else {
            libssh2_session_disconnect_ex(session, SSH_DISCONNECT_BY_APPLICATION, "closed", "")
        }
        transport.isDead = true
        // With a dead transport nothing of this waits.
        libssh2_session_free(session)
        if let token { core.unwatch(token, transport.file) }
        Glibc.close(transport.file)
        core.remove(self)
        for waiter in endWaiters { waiter.succeed(error) }
        endWaiters = []
    }
}

extension Transport {
    /// Takes in what the system tells of the socket.
    func note(_ events: UInt32) {
        if events & EventBits.readable != 0 { isReadable = true }
        if events & EventBits.writable != 0 { isWritable = true }
        if events & EventBits.ended != 0 {
            isReadable = true
            isWritable = true
            isAtEnd = true
        }
    }
}

extension SessionCore {
    var channelCount: Int { channels.count }
    var closingCount: Int { closing.count }
}
