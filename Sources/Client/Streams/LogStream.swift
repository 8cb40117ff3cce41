import HTTPClient
import Wire

/// The bytes of one submission's log as its commands wrote them, history first, then live where asked for.
///
/// A lost connection is taken up at the next byte, so none is missed and none comes twice.
/// With `follow` the stream ends when the log is complete, else at the log's present end. A server that has no such
/// stream, as dstack's own, is asked for the log's pages.
public struct LogStream: AsyncSequence, Sendable {
    public typealias Element = [UInt8]

    let client: APIClient
    let project: String
    /// The run's id or name.
    let run: String
    let submission: String
    let offset: Int64
    /// Only what came after this moment is wanted.
    var start: Timestamp?
    /// Whether the runner's own log is wanted.
    var diagnose = false
    let follow: Bool
    var patience = Patience()

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(stream: self)
    }

    /// The path with its query, but for the offset.
    private var path: String {
        "/api/project/\(percentEncoded(project))/runs/\(percentEncoded(run))/logs"
            + "?job_submission_id=\(percentEncoded(submission))\(diagnose ? "&diagnose=1" : "")&follow=\(follow ? 1 : 0)"
    }

    private func look() async throws(ClientError) -> SubmissionLook {
        SubmissionLook(try await client.runs.get(project: project, run: run), submission: submission)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        /// How the server gives the log.
        private enum Source {
            case bytes(HTTPBody.AsyncIterator?)
            case pages(LogPages)
        }

        private let stream: LogStream
        private var source = Source.bytes(nil)
        /// The last look at the run; `nil` where it is time for one.
        private var look: SubmissionLook?
        private var failures = 0
        /// How often in a row the server ended the stream early with nothing in it.
        private var earlyEnds = 0
        /// Whether all pages were read that there were.
        private var mustRest = false
        private var isEnded = false
        /// Whether the offset is known: where only a moment is given, the server's first answer tells it.
        private var isPlaced: Bool

        /// Where the next byte stands in the log.
        public private(set) var offset: Int64

        init(stream: LogStream) {
            self.stream = stream
            isPlaced = stream.start == nil
            offset = isPlaced ? stream.offset : 0
        }

        /// Throws ``ClientError``.
        public mutating func next() async throws -> [UInt8]? {
            while !isEnded {
                do {
                    if let piece = try await read(), !piece.isEmpty {
                        offset += Int64(piece.count)
                        failures = 0
                        earlyEnds = 0
                        return piece
                    }
                } catch let error as ClientError {
                    try await retry(after: error)
                }
            }
            return nil
        }

        private mutating func read() async throws -> [UInt8]? {
            switch source {
            case .bytes(nil):
                try await connect()
                return nil
            case .bytes(let body?):
                let piece: [UInt8]?
                do {
                    piece = try await body.next()
                } catch {
                    throw ClientError(.unreachable(error), server: "\(stream.client.address)", path: stream.path)
                }
                if piece == nil {
                    source = .bytes(nil)
                    try await checkEnd()
                }
                return piece
            case .pages(let pages):
                return try await readPage(pages)
            }
        }

        private mutating func connect() async throws {
            do {
                let place =
                    isPlaced ? "offset=\(offset)" : "start_time=\(percentEncoded(stream.start?.description ?? ""))"
                let response = try await stream.client.send("GET", "\(stream.path)&\(place)", headers: [:], body: nil)
                if !isPlaced, let told = response.headers["dstack-log-offset"].flatMap({ Int64($0) }) {
                    offset = told
                    isPlaced = true
                }
                source = .bytes(response.body.makeAsyncIterator())
            } catch {
                guard error.isMissingEndpoint else {
                    throw error
                }
                source = .pages(LogPages(offset: offset))
            }
        }

        /// A stream ends when the log is complete, and also when its server leaves. Only the end of one that began
        /// when the submission was known to be finished is the log's end.
        private mutating func checkEnd() async throws {
            guard stream.follow, look?.isFinished != true else {
                isEnded = true
                return
            }
            look = try await stream.look()
            if look?.isFinished == false {
                earlyEnds += 1
                try await Task.sleep(for: stream.patience.delay(earlyEnds))
            }
        }

        private mutating func readPage(_ pages: LogPages) async throws -> [UInt8] {
            if mustRest {
                try await Task.sleep(for: stream.patience.look)
                mustRest = false
            }
            let look: SubmissionLook
            if let known = self.look {
                look = known
            } else {
                // Before the pages: all that a finished submission logged is there when it is seen to be finished.
                look = try await stream.look()
                self.look = look
            }
            var pages = pages
            let page = try await stream.client.logs.poll(
                project: stream.project,
                PollLogsRequest(
                    runName: look.runName, jobSubmissionId: stream.submission, startTime: stream.start,
                    nextToken: pages.token, limit: 1000, diagnose: stream.diagnose))
            failures = 0
            let new = pages.take(try bytes(of: page), next: page.nextToken)
            source = .pages(pages)
            if page.nextToken == nil {
                isEnded = !stream.follow || look.isFinished
                self.look = nil
                mustRest = true
            }
            return new
        }

        private func bytes(of page: JobSubmissionLogs) throws(ClientError) -> [UInt8] {
            var bytes: [UInt8] = []
            for event in page.logs {
                guard let piece = event.bytes else {
                    throw ClientError(
                        .unreadableAnswer("a piece of the log is not base64"), server: "\(stream.client.address)",
                        path: stream.path)
                }
                bytes += piece
            }
            return bytes
        }

        private mutating func retry(after error: ClientError) async throws {
            if case .bytes = source {
                source = .bytes(nil)
            }
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
