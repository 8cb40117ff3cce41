import HTTPClient

/// The bytes of one submission's log as its commands wrote them, history first, then live where asked for.
///
/// A lost connection is taken up at the next byte, so none is missed and none comes twice.
/// With `follow` the stream ends when the log is complete, else at the log's present end.
public struct LogStream: AsyncSequence, Sendable {
    public typealias Element = [UInt8]

    let client: APIClient
    /// The path with its query, but for the offset.
    let path: String
    let offset: Int64
    var patience = TransitionStream.Patience()

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(stream: self, offset: offset)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private let stream: LogStream
        private var body: HTTPBody.AsyncIterator?
        private var failures = 0
        private var isEnded = false

        /// Where the next byte stands in the log.
        public private(set) var offset: Int64

        init(stream: LogStream, offset: Int64) {
            self.stream = stream
            self.offset = offset
        }

        /// Throws ``ClientError``.
        public mutating func next() async throws -> [UInt8]? {
            while !isEnded {
                do {
                    if let piece = try await read() {
                        return piece
                    }
                } catch let error as ClientError {
                    try await retry(after: error)
                }
            }
            return nil
        }

        private mutating func read() async throws -> [UInt8]? {
            guard let body else {
                let response = try await stream.client.send(
                    "GET", "\(stream.path)&offset=\(offset)", headers: [:], body: nil)
                self.body = response.body.makeAsyncIterator()
                return nil
            }
            do {
                guard let piece = try await body.next() else {
                    isEnded = true
                    return nil
                }
                offset += Int64(piece.count)
                failures = 0
                return piece
            } catch {
                throw ClientError(.unreachable(error), server: "\(stream.client.address)", path: stream.path)
            }
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
