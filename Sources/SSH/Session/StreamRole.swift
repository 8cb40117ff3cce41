import CLibSSH2

/// A channel as a stream of bytes, on the loop's thread.
///
/// It reads from libssh2 only when somebody asks, so what nobody reads waits in the channel's window.
final class StreamRole: ChannelRole {
    private struct Write {
        let bytes: [UInt8]
        var given = 0
        var hasBegun = false
        let pending: Pending<Void>
    }

    private let name: String
    private var read: (pending: Pending<[UInt8]?>, most: Int)?
    /// Was read for somebody who did not wait for it to the end.
    private var unread: [UInt8] = []
    private var writes: [Write] = []
    private var wantsEnd: [Pending<Void>] = []
    private var endSent = false
    private var isClosed = false
    private var failure: SSHError?

    init(name: String) {
        self.name = name
    }

    // MARK: Wishes

    func read(_ most: Int, _ pending: Pending<[UInt8]?>) {
        if let failure {
            pending.fail(failure)
        } else if let read, !read.pending.isFinished {
            pending.fail(SSHError(.cancelled, host: name, detail: "two reads of one stream at a time"))
        } else {
            read = (pending, most)
        }
    }

    func write(_ bytes: [UInt8], _ pending: Pending<Void>) {
        if let failure {
            pending.fail(failure)
        } else if endSent || !wantsEnd.isEmpty {
            pending.fail(SSHError(.cancelled, host: name, detail: "the stream's writing half was closed"))
        } else if bytes.isEmpty {
            pending.succeed(())
        } else {
            writes.append(Write(bytes: bytes, pending: pending))
        }
    }

    func endWrites(_ pending: Pending<Void>) {
        if let failure {
            pending.fail(failure)
        } else if endSent {
            pending.succeed(())
        } else {
            wantsEnd.append(pending)
        }
    }

    func close() {
        isClosed = true
    }

    // MARK: ChannelRole

    func pump(_ channel: OpaquePointer, of session: SessionCore, in core: LoopCore) -> Pumped {
        if isClosed {
            fail(SSHError(.cancelled, host: name, detail: "the stream was closed"), in: core)
            return .done
        }
        receive(channel, session, core)
        send(channel, session)
        return .waiting
    }

    func fail(_ error: SSHError, in core: LoopCore) {
        failure = error
        read?.pending.fail(error)
        read = nil
        for write in writes { write.pending.fail(error) }
        writes = []
        for pending in wantsEnd { pending.fail(error) }
        wantsEnd = []
    }

    private func receive(_ channel: OpaquePointer, _ session: SessionCore, _ core: LoopCore) {
        guard let (pending, most) = read else { return }
        if pending.isFinished {
            read = nil
            return
        }
        if !unread.isEmpty {
            read = nil
            let bytes = unread
            unread = []
            if !pending.succeed(bytes) { unread = bytes }
            return
        }
        let size = libssh2_channel_read_ex(
            channel, 0, core.buffer.assumingMemoryBound(to: CChar.self), min(most, LoopCore.bufferSize))
        if size > 0 {
            read = nil
            let bytes = [UInt8](UnsafeRawBufferPointer(start: core.buffer, count: size))
            if !pending.succeed(bytes) { unread = bytes }
        } else if size == 0, libssh2_channel_eof(channel) == 1 {
            read = nil
            pending.succeed(nil)
        } else {
            session.note(size)
        }
    }

    private func send(_ channel: OpaquePointer, _ session: SessionCore) {
        while !writes.isEmpty {
            if !writes[0].hasBegun, writes[0].pending.isFinished {
                writes.removeFirst()
                continue
            }
            // One that has begun goes on whoever waits for it: libssh2 may have taken note of its size.
            writes[0].hasBegun = true
            let write = writes[0]
            let given = write.bytes.withUnsafeBytes {
                session.give(UnsafeRawBufferPointer(rebasing: $0[write.given...]), to: channel)
            }
            writes[0].given += given
            if writes[0].given < write.bytes.count { return }
            writes.removeFirst()
            write.pending.succeed(())
        }
        if wantsEnd.isEmpty || session.transport.hasBacklog { return }
        endSent = session.sendEnd(of: channel)
        if !endSent { return }
        for pending in wantsEnd { pending.succeed(()) }
        wantsEnd = []
    }
}

extension SessionCore {
    /// Hands bytes to libssh2, as many as the peer has room for.
    ///
    /// - Returns: how many it took.
    func give(_ bytes: UnsafeRawBufferPointer, to channel: OpaquePointer) -> Int {
        var given = 0
        while given < bytes.count, let base = bytes.baseAddress, !transport.hasBacklog {
            let size = libssh2_channel_write_ex(
                channel, 0, (base + given).assumingMemoryBound(to: CChar.self), bytes.count - given)
            if size <= 0 {
                note(size)
                break
            }
            given += size
        }
        return given
    }

    /// Whether both sides of a channel that the peer has ended are closed.
    func isClosed(_ channel: OpaquePointer) -> Bool {
        let code = libssh2_channel_wait_closed(channel)
        note(Int(code))
        return code == 0
    }

    /// Says that nothing more comes.
    ///
    /// - Returns: whether that is over, and need not be tried again.
    func sendEnd(of channel: OpaquePointer) -> Bool {
        let code = libssh2_channel_send_eof(channel)
        note(Int(code))
        return code != LIBSSH2_ERROR_EAGAIN
    }
}
