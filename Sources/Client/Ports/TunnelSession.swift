import HTTPClient
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Carries one local connection through a tunnel, to the end of both. Blocks its thread.
struct TunnelSession {
    /// Where the local connection is read, and where it is written: the same for a socket. Neither blocks.
    let input: Int32
    let output: Int32
    let stop: StopSignal
    private let server: CurlConnection
    private let early: [UInt8]
    private var decoder = TunnelDecoder(isMasked: false)
    private var random = SystemRandomNumberGenerator()
    /// What is on its way: frames to the server, bytes to the local connection.
    private var toServer = SendBuffer()
    private var toLocal = SendBuffer()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
    /// The local connection says no more; the job's says no more; both know.
    private var isLocalDone = false
    private var isServerDone = false
    private var isServerDoneTold = false
    private var closed: TunnelClose?

    private static let pieceBytes = 64 << 10
    /// A proxy on the way may cut what is silent for a minute.
    private static let pingMilliseconds: Int32 = 20_000

    /// How a session ended.
    enum End: Equatable {
        case done
        /// One of the connections broke; the other one was broken as well.
        case cut
    }

    init(local: Int32, open: TunnelOpener.Open, stop: StopSignal) {
        self.init(input: local, output: local, open: open, stop: stop)
    }

    init(input: Int32, output: Int32, open: TunnelOpener.Open, stop: StopSignal) {
        self.input = input
        self.output = output
        self.stop = stop
        server = open.connection
        early = open.rest
    }

    /// Runs to its end. The local connection is the caller's to close.
    mutating func run() -> End {
        defer { buffer.deallocate() }
        let end = carry()
        if end == .cut {
            // An end would stand behind what the server does not take.
            server.breaksOff()
        }
        return end
    }

    private mutating func carry() -> End {
        do {
            // What came behind the server's answer.
            var early = early
            try early.withUnsafeMutableBytes { try decode($0) }
            while true {
                try sendAll()
                if let closed, toLocal.isEmpty { return closed == .done ? .done : .cut }
                if closed == nil, toLocal.isEmpty, try receive() { continue }
                guard try wait() else { return .cut }
            }
        } catch {
            return .cut
        }
    }

    // MARK: From the server

    /// Receives once; whether something came.
    private mutating func receive() throws -> Bool {
        switch try server.receive(into: buffer) {
        case .waits: return false
        case .ended: throw HTTPError(.connectionLost)
        case .moved(let count):
            try decode(.init(rebasing: buffer[0..<count]))
            return true
        }
    }

    private mutating func decode(_ bytes: UnsafeMutableRawBufferPointer) throws {
        var position = 0
        while let event = try decoder.next(in: bytes, at: &position) {
            switch event {
            case .data(let range): toLocal.append(UnsafeRawBufferPointer(rebasing: bytes[range]))
            case .end: isServerDone = true
            case .ping(let payload):
                // Who asks faster than he listens gets fewer answers.
                if toServer.isEmpty { toServer.append(TunnelFrame.whole(.pong, payload, mask: mask())) }
            case .close(let close): closed = closed ?? close
            }
        }
    }

    // MARK: From the local connection

    private mutating func readLocal() throws {
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[TunnelFrame.headerLimit...])
        let count = read(input, room.baseAddress, room.count)
        guard count > 0 else {
            if count == 0 {
                isLocalDone = true
                toServer.append(TunnelFrame.end(mask: mask()))
            } else if errno != EAGAIN, errno != EINTR {
                throw HTTPError(.connectionLost)
            }
            return
        }
        let mask = mask()
        toServer.append(TunnelFrame.header(.binary, length: count, mask: mask))
        let payload = UnsafeMutableRawBufferPointer(rebasing: room[0..<count])
        TunnelFrame.apply(mask, to: payload, at: 0)
        toServer.append(UnsafeRawBufferPointer(payload))
    }

    // MARK: Both

    private mutating func sendAll() throws {
        let server = server
        try toServer.send { bytes in
            switch try server.send(bytes) {
            case .moved(let count): count
            case .waits: nil
            case .ended: throw HTTPError(.connectionLost)
            }
        }
        let output = output
        try toLocal.send { bytes in
            let count = write(output, bytes.baseAddress, bytes.count)
            if count >= 0 { return count }
            if errno == EAGAIN || errno == EINTR { return nil }
            throw HTTPError(.connectionLost)
        }
        if isServerDone, toLocal.isEmpty, !isServerDoneTold {
            isServerDoneTold = true
            // A pipe has one direction only, and is shut by its end.
            if shutdown(output, Int32(SHUT_WR)) != 0, errno == ENOTSOCK { letGo(output) }
        }
    }

    /// Ends what a pipe's reader reads; the number stays the caller's to close.
    private func letGo(_ pipe: Int32) {
        let nothing = open("/dev/null", O_WRONLY)
        guard nothing >= 0 else { return }
        dup2(nothing, pipe)
        close(nothing)
    }

    /// Waits until something can be moved; false where the session is to be cut.
    private mutating func wait() throws -> Bool {
        var serverEvents: Int32 = 0
        if closed == nil, toLocal.isEmpty { serverEvents |= POLLIN }
        if !toServer.isEmpty { serverEvents |= POLLOUT }
        let reads = !isLocalDone && toServer.isEmpty
        let writes = !toLocal.isEmpty
        var items = [
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
            // Of one that nothing is wanted from, the kernel would tell an end again and again.
            pollfd(fd: serverEvents == 0 ? -1 : server.descriptor, events: Int16(serverEvents), revents: 0),
            pollfd(fd: reads ? input : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: writes ? output : -1, events: Int16(POLLOUT), revents: 0),
        ]
        let count = poll(&items, nfds_t(items.count), Self.pingMilliseconds)
        if items[0].revents != 0 { return false }
        if count == 0 { ping() }
        if items[2].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 { try readLocal() }
        return true
    }

    /// Nothing has moved for a while: a proxy on the way is to see that the connection is in use. Whether the other side
    /// is still there the kernel asks; a program in the job that takes nothing for long is no sign of its end.
    private mutating func ping() {
        // While the local side has not taken what came, the server may have ended: what it gets then would break off the
        // rest of its answer.
        guard closed == nil, toLocal.isEmpty else { return }
        if toServer.isEmpty { toServer.append(TunnelFrame.whole(.ping, [], mask: mask())) }
    }

    private mutating func mask() -> UInt32 { random.next() }
}

/// Bytes that wait to be sent, in order.
struct SendBuffer {
    private var bytes: [UInt8] = []
    private var sent = 0

    var isEmpty: Bool { sent == bytes.count }

    mutating func append(_ more: [UInt8]) { bytes += more }

    mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

    /// Sends until all is sent or `send` can take no more.
    ///
    /// - Parameter send: gives the number of bytes it took; nil where it has to be waited for.
    mutating func send(_ send: (UnsafeRawBufferPointer) throws -> Int?) throws {
        while !isEmpty {
            let start = sent
            let count = try bytes.withUnsafeBytes { all in
                try send(UnsafeRawBufferPointer(rebasing: all[start...]))
            }
            guard let count else { return }
            sent += count
        }
        bytes.removeAll(keepingCapacity: true)
        sent = 0
    }
}
