import ServiceLifecycle
import Store

/// Reads a submission's log to its end, and where asked for until nothing follows any more.
struct LogFollower: Sendable {
    /// Most bytes that are held for a reader at once.
    private static let pieceBytes = 256 * 1024

    let store: SQLiteStore
    let logs: FileLogStore
    let name: LogName

    /// Calls `receive` for each piece from `offset` on.
    ///
    /// - Parameter follows: whether to wait for what is still to come.
    func run(from offset: Int64, follows: Bool, _ receive: ([UInt8]) async throws -> Void) async throws {
        var offset = offset
        let (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let growth = Task { [logs, name] in
            for await _ in logs.changes(of: name) { continuation.yield() }
            continuation.yield()
        }
        let transitions = Task { [store, name] in
            // A feed that lets go is subscribed to again; what it told meanwhile stands in the row.
            while !Task.isCancelled {
                for await event in store.feed.subscribe() where event.draft.jobID == name.jobID {
                    continuation.yield()
                }
                continuation.yield()
            }
        }
        let leave = Task {
            try await gracefulShutdown()
            continuation.finish()
        }
        defer {
            growth.cancel()
            transitions.cancel()
            leave.cancel()
        }
        var iterator = wakes.makeAsyncIterator()
        while true {
            // Read before the bytes: all of a finished submission's log is kept before its last transition.
            let isFinished = try await store.job(id: name.jobID)?.status.isFinished != false
            while true {
                let piece = try await logs.read(name, from: offset, limit: Self.pieceBytes)
                if piece.isEmpty { break }
                offset += Int64(piece.count)
                try await receive(piece)
            }
            if isFinished || !follows { return }
            guard await iterator.next() != nil else { return }
        }
    }
}
