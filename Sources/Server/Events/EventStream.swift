import ServiceLifecycle
import Store

/// Reads events of a scope: history first, then live, each once and in order.
///
/// What is live comes from the store's feed, which was subscribed to before the history was read, so nothing
/// falls between them. A reader that the feed lets go because it was too slow goes on from the store.
struct EventStream: Sendable {
    /// What a reader gets.
    enum Item: Sendable, Equatable {
        case event(EventRecord)
        /// Nothing happened for a while.
        case heartbeat
    }

    private static let pageSize = 500
    /// Items held for a reader before it is let go and goes on from the store.
    private static let bufferLimit = 1024

    let store: SQLiteStore
    let scope: EventScope
    /// Between two signs of life where nothing happens.
    var heartbeat: Duration = .seconds(10)

    /// Calls `receive` for each event after `since`, until the scope ends, the server leaves (the client comes
    /// back and goes on) or the task is cancelled.
    ///
    /// - Parameters:
    ///   - since: the last number that the reader has seen; a negative one leaves the history out, and begins
    ///     with a heartbeat: from then on nothing is missed.
    ///   - follows: whether to go on with what is live once the history is told.
    func run(since: Int64, follows: Bool, _ receive: (Item) async throws -> Void) async throws {
        var last = since
        if since < 0 {
            last = try await store.events(EventFilter(page: Page(limit: 1))).first?.record.seq ?? 0
            try await receive(.heartbeat)
        }
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let feed = store.feed.subscribe(buffer: Self.bufferLimit)
            if try await tellHistory(after: &last, receive) { return }
            if !follows { return }
            if case .run(let id) = scope, try await store.run(id: id)?.status.isFinished != false {
                // The last transition was told before `since`, or came while the history was read.
                _ = try await tellHistory(after: &last, receive)
                return
            }
            if try await tellLive(feed, after: &last, receive) { return }
        }
    }

    /// Tells what the store holds; true where the scope has ended.
    private func tellHistory(after last: inout Int64, _ receive: (Item) async throws -> Void) async throws -> Bool {
        while true {
            let page: [EventRecord]
            switch scope {
            case .run(let id): page = try await store.events(after: last, runID: id, limit: Self.pageSize)
            case .project(let id): page = try await store.events(after: last, projectID: id, limit: Self.pageSize)
            }
            for event in page {
                last = event.seq
                try await receive(.event(event))
                if scope.ends(with: event) { return true }
            }
            if page.count < Self.pageSize { return false }
        }
    }

    /// Tells live events until the feed lets go; true where the scope has ended.
    private func tellLive(
        _ feed: AsyncStream<EventRecord>, after last: inout Int64, _ receive: (Item) async throws -> Void
    ) async throws -> Bool {
        let (items, continuation) = AsyncStream.makeStream(
            of: Item.self, bufferingPolicy: .bufferingOldest(Self.bufferLimit))
        let pump = Task { [scope] in
            for await event in feed where scope.contains(event) {
                if case .dropped = continuation.yield(.event(event)) { break }
            }
            continuation.finish()
        }
        let pulse = Task { [heartbeat] in
            while true {
                try await Task.sleep(for: heartbeat)
                continuation.yield(.heartbeat)
            }
        }
        let leave = Task {
            try await gracefulShutdown()
            continuation.finish()
        }
        defer {
            pump.cancel()
            pulse.cancel()
            leave.cancel()
        }
        for await item in items {
            if case .event(let event) = item {
                guard event.seq > last else { continue }
                last = event.seq
                try await receive(item)
                if scope.ends(with: event) { return true }
            } else {
                try await receive(item)
            }
        }
        try Task.checkCancellation()
        return false
    }
}
