import HTTPClient
import Wire

/// The transitions of one run or of a project, history first, then live.
///
/// A lost connection is taken up again after the last transition that was seen, so none is missed and none
/// comes twice. A run's stream ends after its final transition; a project's does not end.
public struct TransitionStream: AsyncSequence, Sendable {
    public typealias Element = Transition

    /// How often the connection is tried again without a transition between, and how long after the n-th failure.
    struct Patience: Sendable {
        var attempts = 8
        var delay: @Sendable (_ failures: Int) -> Duration = { .milliseconds(Swift.min(100 << $0, 5000)) }
    }

    /// A `since` that leaves the history out: only what happens from now on.
    public static let now: Int64 = -1

    let client: APIClient
    let path: String
    let since: Int64
    let endsWithRun: Bool
    var patience = Patience()
    var connected: (@Sendable () -> Void)?

    /// The same stream, telling each time that the server has answered: from then on nothing is missed.
    public func onConnect(_ action: @escaping @Sendable () -> Void) -> TransitionStream {
        var stream = self
        stream.connected = action
        return stream
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(stream: self, lastSeq: since)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private let stream: TransitionStream
        private var lastSeq: Int64
        private var body: HTTPBody.AsyncIterator?
        private var decoder = ServerSentEventDecoder()
        private var ready: [Transition] = []
        private var isEnded = false
        private var failures = 0

        init(stream: TransitionStream, lastSeq: Int64) {
            self.stream = stream
            self.lastSeq = lastSeq
        }

        /// Throws ``ClientError``.
        public mutating func next() async throws -> Transition? {
            while true {
                if !ready.isEmpty {
                    return take()
                }
                guard !isEnded else {
                    return nil
                }
                do {
                    try await read()
                } catch let error as ClientError {
                    try await retry(after: error)
                }
            }
        }

        private mutating func take() -> Transition {
            let transition = ready.removeFirst()
            lastSeq = transition.seq
            failures = 0
            if stream.endsWithRun, transition.endsRun {
                isEnded = true
                body = nil
            }
            return transition
        }

        private mutating func read() async throws {
            guard let body else {
                try await connect()
                return
            }
            let piece: [UInt8]?
            do {
                piece = try await body.next()
            } catch {
                throw ClientError(.unreachable(error), server: "\(stream.client.address)", path: stream.path)
            }
            guard let piece else {
                // The server closed before the final transition: it is going away.
                throw ClientError(
                    .unreachable(HTTPError(.connectionLost, detail: "the server closed the stream")),
                    server: "\(stream.client.address)", path: stream.path)
            }
            for event in decoder.feed(piece) where event.event == "transition" {
                let transition: Transition = try stream.client.decode(Array(event.data.utf8), at: stream.path)
                if transition.seq > lastSeq {
                    ready.append(transition)
                }
            }
        }

        private mutating func connect() async throws {
            let mark = stream.path.contains("?") ? "&" : "?"
            let response = try await stream.client.send(
                "GET", "\(stream.path)\(mark)since=\(lastSeq)", headers: ["Accept": "text/event-stream"], body: nil)
            decoder = ServerSentEventDecoder()
            body = response.body.makeAsyncIterator()
            stream.connected?()
        }

        private mutating func retry(after error: ClientError) async throws {
            body = nil
            guard case .unreachable(let cause) = error.code, cause.code != .cancelled else {
                throw error
            }
            failures += 1
            guard failures <= stream.patience.attempts else {
                throw error
            }
            try await Task.sleep(for: stream.patience.delay(failures))
        }
    }
}
