import Synchronization
import Threads

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Takes connections and gives each a thread.
final class ConnectionDesk: Sendable {
    private struct State {
        var count = 0
        /// What was told last of each port.
        var told: [Int: String] = [:]
    }

    private let limit: Int
    private let notices: AsyncStream<PortForward.Notice>.Continuation
    private let stop: StopSignal
    private let target: @Sendable (Int) -> TunnelTarget
    private let state = Mutex(State())

    init(
        limit: Int, notices: AsyncStream<PortForward.Notice>.Continuation, stop: StopSignal,
        target: @escaping @Sendable (Int) -> TunnelTarget
    ) {
        self.limit = limit
        self.notices = notices
        self.stop = stop
        self.target = target
    }

    /// Runs on a thread of its own until the stop is given. Closes the listeners then.
    func serve(_ listeners: [(socket: Int32, remote: Int)]) {
        defer {
            for listener in listeners { close(listener.socket) }
            notices.finish()
        }
        var items = listeners.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
        items.append(pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0))
        while true {
            let isFull = state.withLock { $0.count >= limit }
            // Full: only the stop is looked at, and the listeners again in a moment.
            let count = isFull ? 0 : poll(&items, nfds_t(items.count), -1)
            if isFull {
                if stop.wait(milliseconds: 100) { return }
                continue
            }
            if items[listeners.count].revents != 0 { return }
            guard count > 0 else { continue }
            for (item, listener) in zip(items, listeners) where item.revents != 0 {
                let connection = accept(listener.socket, nil, nil)
                if connection >= 0 {
                    begin(connection, listener.remote)
                } else if errno == EMFILE || errno == ENFILE, stop.wait(milliseconds: 100) {
                    return
                }
            }
        }
    }

    private func begin(_ connection: Int32, _ port: Int) {
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        _ = fcntl(connection, F_SETFL, O_NONBLOCK)
        var on: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        state.withLock { $0.count += 1 }
        let isStarted = PosixThread.start { [self] in
            let end = carry(connection, port)
            if end != .done { Self.breakOff(connection) }
            close(connection)
            state.withLock { $0.count -= 1 }
        }
        if !isStarted {
            close(connection)
            state.withLock { $0.count -= 1 }
        }
    }

    private func carry(_ connection: Int32, _ port: Int) -> TunnelSession.End {
        let opener = TunnelOpener(target: target(port), stop: stop)
        do {
            let open = try opener.open()
            told(nil, port)
            var session = TunnelSession(local: connection, open: open, stop: stop)
            return session.run()
        } catch {
            if error != .stopped { told(error.words, port) }
            return .cut
        }
    }

    private func told(_ message: String?, _ port: Int) {
        let isNews = state.withLock { state in
            defer { state.told[port] = message }
            return state.told[port] != message
        }
        if isNews, let message { notices.yield(.init(port: port, message: message)) }
    }

    /// The local program is to see a broken connection: it must not take what it got for the whole.
    private static func breakOff(_ connection: Int32) {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }
}
