import HTTPClient
import Wire

/// The transitions of one run or of a project, history first, then live.
///
/// A lost connection is taken up again after the last transition that was seen, so none is missed and none
/// comes twice. A run's stream ends after its final transition; a project's does not end.
public struct TransitionStream: AsyncSequence, Sendable {
    public typealias Element = Transition

    /// The run that the stream ends with, and that is looked at where the server does not push.
    struct RunToFollow: Sendable {
        var project: String
        /// Its id or name.
        var run: String
    }

    /// A `since` that leaves the history out: only what happens from now on.
    public static let now: Int64 = -1

    let client: APIClient
    let path: String
    let since: Int64
    /// `nil` for a project's stream.
    let run: RunToFollow?
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
        /// What was seen of the run where the server does not push; `nil` where it does.
        private var looks: RunLooks?
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
                    if looks == nil {
                        try await read()
                    } else {
                        try await lookAgain()
                    }
                } catch let error as ClientError {
                    try await retry(after: error)
                }
            }
        }

        private mutating func take() -> Transition {
            let transition = ready.removeFirst()
            lastSeq = transition.seq
            failures = 0
            if stream.run != nil, transition.endsRun {
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
            do {
                let response = try await stream.client.send(
                    "GET", "\(stream.path)\(mark)since=\(lastSeq)", headers: ["Accept": "text/event-stream"],
                    body: nil)
                decoder = ServerSentEventDecoder()
                body = response.body.makeAsyncIterator()
                stream.connected?()
            } catch {
                // A server that has pushed once is not one that cannot: what it told must not be told again.
                guard error.isMissingEndpoint, lastSeq == stream.since, let run = stream.run else {
                    throw error
                }
                try await lookFirst(run)
            }
        }

        /// The server does not push. If there is no such run, it says so now.
        private mutating func lookFirst(_ run: RunToFollow) async throws {
            var looks = RunLooks()
            try await look(at: run, &looks)
            if stream.since == TransitionStream.now {
                ready = []
            }
            self.looks = looks
            stream.connected?()
        }

        private mutating func lookAgain() async throws {
            guard let run = stream.run, var looks else {
                return
            }
            try await Task.sleep(for: stream.patience.look)
            try await look(at: run, &looks)
            self.looks = looks
        }

        private mutating func look(at run: RunToFollow, _ looks: inout RunLooks) async throws {
            let model = try await stream.client.runs.get(project: run.project, run: run.run)
            ready = looks.look(model, now: .now)
            failures = 0
            isEnded = ready.isEmpty && model.status.isFinished
        }

        private mutating func retry(after error: ClientError) async throws {
            body = nil
            guard error.isTransient else {
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
