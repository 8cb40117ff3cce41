import HTTPClient
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Opens tunnels. Blocks its thread.
struct TunnelOpener {
    let target: TunnelTarget
    let stop: StopSignal

    /// How long a connection waits for a server that restarts, or a job that is started again.
    private static let patience = Duration.seconds(20)
    private static let pause: Int32 = 200
    /// For the server's answer, once connected.
    private static let answerMilliseconds: Int32 = 20_000

    /// An open tunnel, and what came with its opening.
    struct Open {
        let connection: CurlConnection
        let rest: [UInt8]
    }

    /// Tries until it is open, will not be, or has been tried for long enough.
    func open() throws(TunnelFailure) -> Open {
        let start = ContinuousClock.now
        while true {
            do {
                return try attempt()
            } catch {
                guard error.isPassing, start.duration(to: .now) < Self.patience else { throw error }
                if stop.wait(milliseconds: Self.pause) { throw .stopped }
            }
        }
    }

    private func attempt() throws(TunnelFailure) -> Open {
        let connection: CurlConnection
        do {
            connection = try CurlConnection(url: target.url, unixSocket: target.unixSocket)
        } catch {
            throw .unreachable(error)
        }
        var random = SystemRandomNumberGenerator()
        let key = WebSocketHandshake.key(using: &random)
        try send(target.request(key: key), on: connection)
        switch try answer(on: connection) {
        case .open(let accept, let rest):
            guard accept == WebSocketHandshake.accept(key: key) else {
                throw .malformed("it answers another request")
            }
            return Open(connection: connection, rest: rest)
        case .refused(let status, let body):
            let words = ErrorBody.details(in: body).map(\.message).joined(separator: "\n")
            throw .refused(status: status, message: words.isEmpty ? "the server answered with status \(status)" : words)
        }
    }

    private func send(_ bytes: [UInt8], on connection: CurlConnection) throws(TunnelFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            do {
                switch try rest.withUnsafeBytes({ try connection.send($0) }) {
                case .moved(let count): rest = rest.dropFirst(count)
                case .waits: try wait(for: Int16(POLLOUT), on: connection)
                case .ended: throw HTTPError(.connectionLost)
                }
            } catch {
                throw TunnelFailure(error)
            }
        }
    }

    private func answer(on connection: CurlConnection) throws(TunnelFailure) -> WebSocketOpening.Outcome {
        var opening = WebSocketOpening()
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            do {
                switch try buffer.withUnsafeMutableBytes({ try connection.receive(into: $0) }) {
                case .moved(let count):
                    if let outcome = try opening.take(buffer[..<count]) { return outcome }
                case .waits: try wait(for: Int16(POLLIN), on: connection)
                case .ended: return try opening.ended()
                }
            } catch let error as TunnelProtocolError {
                // A server that is being ended closes connections that it has not answered yet.
                throw error == .noAnswer ? .unreachable(HTTPError(.connectionLost)) : .malformed(error.description)
            } catch {
                throw TunnelFailure(error)
            }
        }
    }

    private func wait(for events: Int16, on connection: CurlConnection) throws {
        var items = [
            pollfd(fd: connection.descriptor, events: events, revents: 0),
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let count = poll(&items, 2, Self.answerMilliseconds)
        if items[1].revents != 0 { throw TunnelFailure.stopped }
        if count == 0 { throw HTTPError(.timedOut) }
    }
}

extension TunnelFailure {
    fileprivate init(_ error: any Error) {
        switch error {
        case let error as TunnelFailure: self = error
        case let error as HTTPError: self = .unreachable(error)
        default: self = .malformed("\(error)")
        }
    }
}
