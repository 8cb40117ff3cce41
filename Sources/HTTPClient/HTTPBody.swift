/// A response's body: pieces in the order of arrival, pulled by one reader.
///
/// Nothing is read from the peer faster than the reader takes it: a reader that stops pulling
/// stops the transfer. Letting go of the body, or cancelling the task that reads it, ends the transfer.
public struct HTTPBody: AsyncSequence, Sendable {
    /// Where the pieces come from.
    public protocol Source: AnyObject, Sendable {
        /// The next piece, never empty; `nil` at the end. Throws ``HTTPError``.
        func next() async throws(HTTPError) -> [UInt8]?
    }

    private let source: any Source

    /// Creates a body over a transport's source.
    public init(source: any Source) {
        self.source = source
    }

    /// Creates a body of pieces that are at hand.
    public init(pieces: [[UInt8]]) {
        self.source = PiecesSource(pieces)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let source: any Source

        public func next() async throws(HTTPError) -> [UInt8]? {
            try await source.next()
        }

        public func next(isolation actor: isolated (any Actor)?) async throws(HTTPError) -> [UInt8]? {
            try await source.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(source: source)
    }

    /// The whole body. Throws ``HTTPError/Code/bodyTooLarge`` when it is longer than `limit` bytes.
    public func collect(upTo limit: Int) async throws(HTTPError) -> [UInt8] {
        var all: [UInt8] = []
        while let piece = try await source.next() {
            if all.count + piece.count > limit {
                throw HTTPError(.bodyTooLarge, detail: "the limit is \(limit) bytes")
            }
            all += piece
        }
        return all
    }
}
