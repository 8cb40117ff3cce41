import Synchronization

/// A body that is already in memory.
final class PiecesSource: HTTPBody.Source {
    private let pieces: Mutex<ArraySlice<[UInt8]>>

    init(_ pieces: [[UInt8]]) {
        self.pieces = Mutex(pieces.filter { !$0.isEmpty }[...])
    }

    func next() async throws(HTTPError) -> [UInt8]? {
        pieces.withLock { $0.popFirst() }
    }
}
