import CLibSSH2
import Glibc

/// A channel on which a command runs, on the loop's thread.
final class CommandRole: ChannelRole {
    enum Stage {
        case starting
        case running
        case closed
    }

    /// How much is kept of each stream.
    private static let most = 1 << 20
    /// How much is moved in one turn, in each direction.
    private static let turn = 512 << 10

    private let command: String
    /// libssh2's number of the channel.
    private let number: UInt32
    private let pending: Pending<ShellResult>
    private let input: any CommandInput
    private let isOver: () -> Void
    private var stage: Stage
    private var output: [UInt8] = []
    private var errors: [UInt8] = []
    private var piece: [UInt8] = []
    private var given = 0
    private var endSent = false
    /// Whether the server was asked to run the command and has not answered yet.
    private var hasAsked = false
    private var isAbandoned = false

    init(
        _ command: String, on number: UInt32, stage: Stage = .starting, input: any CommandInput,
        pending: Pending<ShellResult>, isOver: @escaping () -> Void
    ) {
        self.command = command
        self.number = number
        self.stage = stage
        self.input = input
        self.pending = pending
        self.isOver = isOver
    }

    /// Nobody waits any more. An answer that is on its way is waited for all the same: see `start`.
    func abandon() {
        isAbandoned = true
        if !hasAsked { stage = .closed }
    }

    func fail(_ error: SSHError, in core: LoopCore) {
        input.stop()
        pending.fail(error)
    }

    func pump(_ channel: OpaquePointer, of session: SessionCore, in core: LoopCore) -> Pumped {
        switch stage {
        case .starting: return start(channel, session)
        case .running: return run(channel, session, core)
        case .closed:
            finish()
            return .done
        }
    }

    private func finish() {
        input.stop()
        isOver()
    }

    /// One command of a session at a time. libssh2 looks for the answer by its type first: 1. two channels wait for one,
    /// 2. the answer to the other comes, 3. the first takes it for its own, does not find it, and counts as refused.
    private func start(_ channel: OpaquePointer, _ session: SessionCore) -> Pumped {
        if session.transport.hasBacklog || session.isAsking && !hasAsked { return .waiting }
        session.isAsking = true
        hasAsked = true
        let code = libssh2_channel_process_startup(channel, "exec", 4, command, UInt32(command.utf8.count))
        if code == LIBSSH2_ERROR_EAGAIN { return .waiting }
        session.isAsking = false
        hasAsked = false
        if code == 0 {
            stage = isAbandoned ? .closed : .running
        } else {
            let error = refusal(code, session)
            pending.fail(error)
            stage = .closed
            session.note(Int(code), error.detail)
        }
        // Others may wait for their turn.
        return .more
    }

    private func refusal(_ code: Int32, _ session: SessionCore) -> SSHError {
        switch code {
        case LIBSSH2_ERROR_TIMEOUT: session.error(.timedOut, "the server does not say whether it runs the command")
        case _ where SessionFault.isFatal(Int(code)):
            session.error(.connectionLost, "a command could not be started: \(session.lastError)")
        default: session.error(.channelRefused, "the SSH server does not run the command: \(session.lastError)")
        }
    }

    private func run(_ channel: OpaquePointer, _ session: SessionCore, _ core: LoopCore) -> Pumped {
        let moreOutput = collect(channel, 0, &output, session, core)
        let moreErrors = collect(channel, 1, &errors, session, core)
        let moreInput = feed(channel, session)
        if !moreOutput, !moreErrors, libssh2_channel_eof(channel) == 1, session.isClosed(channel) {
            finish()
            if let status = status(channel, session) {
                pending.succeed(
                    ShellResult(
                        status: status, output: String(decoding: output, as: UTF8.self),
                        errors: String(decoding: errors, as: UTF8.self)))
            } else {
                pending.fail(
                    session.error(
                        .connectionLost,
                        "the command ended without a status, so nobody knows how: \(command.prefix(120))"))
            }
            return .done
        }
        return moreOutput || moreErrors || moreInput ? .more : .waiting
    }

    /// nil where the server told none: libssh2 says 0 then.
    private func status(_ channel: OpaquePointer, _ session: SessionCore) -> Int? {
        let hasCome = session.transport.takeStatus(of: number)
        var name: UnsafeMutablePointer<CChar>?
        var length = 0
        libssh2_channel_get_exit_signal(channel, &name, &length, nil, nil, nil, nil)
        guard let name else { return hasCome ? Int(libssh2_channel_get_exit_status(channel)) : nil }
        defer { free(name) }
        return 128 + SignalNumber.of(String(cString: name))
    }

    /// - Returns: whether there may be more at once.
    private func collect(
        _ channel: OpaquePointer, _ stream: Int32, _ kept: inout [UInt8], _ session: SessionCore, _ core: LoopCore
    ) -> Bool {
        var moved = 0
        while moved < Self.turn {
            let size = libssh2_channel_read_ex(
                channel, stream, core.buffer.assumingMemoryBound(to: CChar.self), LoopCore.bufferSize)
            if size <= 0 {
                session.note(size)
                return false
            }
            moved += size
            // What is too much is read all the same, so that the command can come to its end.
            let wanted = min(size, Self.most - kept.count)
            kept.append(contentsOf: UnsafeRawBufferPointer(start: core.buffer, count: wanted))
        }
        return true
    }

    /// - Returns: whether more can be sent at once.
    private func feed(_ channel: OpaquePointer, _ session: SessionCore) -> Bool {
        var moved = 0
        while !endSent, moved < Self.turn {
            if session.transport.hasBacklog { return false }
            if given == piece.count {
                switch input.next() {
                case .wait: return false
                case .piece(let bytes):
                    piece = bytes
                    given = 0
                case .end:
                    piece = []
                    given = 0
                    endSent = session.sendEnd(of: channel)
                    return false
                case .failed(let words):
                    pending.fail(session.error(.cancelled, words))
                    stage = .closed
                    return true
                }
                continue
            }
            let size = piece.withUnsafeBytes {
                session.give(UnsafeRawBufferPointer(rebasing: $0[given...]), to: channel)
            }
            if size == 0 { return false }
            given += size
            moved += size
            input.sent(size)
        }
        return !endSent
    }
}
