import CLibSSH2
import Glibc

/// A channel as a connected socket: this holds one end of a pair and moves bytes both ways.
///
/// What waits, waits in the socket's buffers and in the channel's window. Bytes are held here only while one side has
/// taken a part of a piece, so an idle one holds none.
final class SocketPump: ChannelRole, Watched {
    /// How much is moved in one turn, in each direction.
    private static let turn = 512 << 10

    private let file: Int32
    private unowned let session: SessionCore
    private var token: UInt = 0
    private var isReadable = true
    private var isWritable = true
    private var isAtEnd = false
    /// The other end of the pair is closed: nobody reads what still comes.
    private var isAbandoned = false
    /// Came by the channel and waits for room in the socket.
    private(set) var inbound = Leftover()
    /// Came by the socket and waits for the channel.
    private var outbound = Leftover()
    private var remoteEnded = false
    private var localEnded = false
    private var endSent = false

    /// Takes over `file`, or closes it where it cannot be watched.
    init?(_ file: Int32, session: SessionCore, in core: LoopCore) {
        self.file = file
        self.session = session
        guard let token = core.watch(file, by: self) else {
            close(file)
            return nil
        }
        self.token = token
    }

    func happened(_ events: UInt32, in core: LoopCore) {
        if events & EventBits.readable != 0 { isReadable = true }
        if events & EventBits.writable != 0 { isWritable = true }
        if events & EventBits.gone != 0 { isAbandoned = true }
        if events & EventBits.ended != 0 {
            isReadable = true
            isWritable = true
            isAtEnd = true
        }
        core.enqueue(session)
    }

    func fail(_ error: SSHError, in core: LoopCore) {
        core.unwatch(token, file)
        close(file)
    }

    func pump(_ channel: OpaquePointer, of session: SessionCore, in core: LoopCore) -> Pumped {
        let more = receive(channel, session, core)
        let moreToSend = send(channel, session, core)
        let isOver = remoteEnded && inbound.isEmpty && (endSent || session.isClosed(channel))
        // What was written before the close is on its way by then.
        if isOver || isAbandoned && endSent {
            core.unwatch(token, file)
            close(file)
            return .done
        }
        return more || moreToSend ? .more : .waiting
    }

    /// From the channel to the socket.
    private func receive(_ channel: OpaquePointer, _ session: SessionCore, _ core: LoopCore) -> Bool {
        var moved = 0
        while !remoteEnded || !inbound.isEmpty {
            if !inbound.isEmpty {
                if !isWritable { return false }
                inbound.drain { write($0) }
                if !inbound.isEmpty { continue }
                if remoteEnded { shutdown(file, Int32(SHUT_WR)) }
                continue
            }
            if moved >= Self.turn { return true }
            let size = libssh2_channel_read_ex(
                channel, 0, core.buffer.assumingMemoryBound(to: CChar.self), LoopCore.bufferSize)
            guard size > 0 else {
                if size == 0, libssh2_channel_eof(channel) == 1 {
                    remoteEnded = true
                    shutdown(file, Int32(SHUT_WR))
                } else {
                    session.note(size)
                }
                return false
            }
            moved += size
            let bytes = UnsafeRawBufferPointer(start: core.buffer, count: size)
            let written = isWritable ? write(bytes) : 0
            if written < size { inbound.keep(bytes[written...]) }
        }
        return false
    }

    /// What the socket took of it; all of it where nobody reads the socket any more.
    private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        var written = 0
        while written < bytes.count, let base = bytes.baseAddress {
            let size = Glibc.send(file, base + written, bytes.count - written, Int32(MSG_NOSIGNAL))
            if size > 0 {
                written += size
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                isWritable = false
                return written
            default:
                // Its reader is gone: what still comes is dropped.
                isAbandoned = true
                isReadable = true
                return bytes.count
            }
        }
        return written
    }

    /// From the socket to the channel.
    private func send(_ channel: OpaquePointer, _ session: SessionCore, _ core: LoopCore) -> Bool {
        var moved = 0
        while !endSent {
            if session.transport.hasBacklog { return false }
            if !outbound.isEmpty {
                guard outbound.drain({ session.give($0, to: channel) }) else { return false }
                continue
            }
            if localEnded {
                endSent = session.sendEnd(of: channel)
                return false
            }
            if !isReadable { return false }
            if moved >= Self.turn { return true }
            // No more than the peer has room for, so that nothing is held here meanwhile.
            let room = min(Int(libssh2_channel_window_write_ex(channel, nil)), LoopCore.bufferSize)
            if room == 0 { return false }
            let size = recv(file, core.buffer, room, 0)
            if size > 0 {
                if size < room, !isAtEnd { isReadable = false }
                moved += size
                let bytes = UnsafeRawBufferPointer(start: core.buffer, count: size)
                let given = session.give(bytes, to: channel)
                if given < size { outbound.keep(bytes[given...]) }
            } else if size == 0 {
                localEnded = true
            } else if errno == EAGAIN {
                isReadable = false
            } else if errno != EINTR {
                localEnded = true
            }
        }
        return false
    }
}

/// The rest of a piece that was taken in part.
struct Leftover {
    private var bytes: [UInt8] = []
    private var start = 0

    var isEmpty: Bool { bytes.isEmpty }

    mutating func keep(_ rest: Slice<UnsafeRawBufferPointer>) {
        bytes = Array(rest)
        start = 0
    }

    /// Offers the rest to `take`, which says how much it took.
    ///
    /// - Returns: whether anything was taken.
    @discardableResult mutating func drain(_ take: (UnsafeRawBufferPointer) -> Int) -> Bool {
        let taken = bytes.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        start += taken
        if start == bytes.count {
            bytes = []
            start = 0
        }
        return taken > 0
    }
}
