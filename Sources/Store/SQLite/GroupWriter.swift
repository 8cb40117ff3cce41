import Foundation
import GRDB
import Synchronization

/// Commits what waits as one transaction: while one group is synced to the disk, the next one gathers.
final class GroupWriter: Sendable {
    /// One write: its part of the transaction, and what tells its caller afterwards.
    private struct Pending: Sendable {
        /// Runs inside the transaction, in a savepoint of its own; gives the events it recorded.
        let apply: @Sendable (Database) throws -> [EventRecord]
        /// Called once the group is durable, or failed.
        let finish: @Sendable ((any Error)?) -> Void
    }

    private struct Queue {
        var pending: [Pending] = []
        var isDraining = false
    }

    private static let groupLimit = 512
    private let groups = Atomic<UInt64>(0)
    private let pool: DatabasePool
    private let thread = SerialThread(name: "store.write")
    private let feed: EventFeed
    private let queue = Mutex(Queue())

    init(pool: DatabasePool, feed: EventFeed) {
        self.pool = pool
        self.feed = feed
    }

    /// Counts the groups that were written. A caller whose write is durable sees a count that includes it.
    var generation: UInt64 { groups.load(ordering: .acquiring) }

    /// Runs `body` in the next group and returns when that group is durable.
    func perform<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await submit { db in (try body(db), []) }
    }

    /// Like `perform`, for a write that records events: they are told to the feed once durable.
    func submit<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> (Value, [EventRecord])
    ) async throws -> Value {
        let result = ResultBox<Value>()
        return try await withCheckedThrowingContinuation { continuation in
            enqueue(
                Pending(
                    apply: { db in
                        let (value, events) = try body(db)
                        result.set(value)
                        return events
                    },
                    finish: { error in
                        if let error {
                            continuation.resume(throwing: error)
                        } else if let value = result.take() {
                            continuation.resume(returning: value)
                        } else {
                            continuation.resume(throwing: StoreError.unavailable("a write gave no result"))
                        }
                    }))
        }
    }

    /// Returns when everything that waited before the call is durable.
    func drain() async throws {
        try await perform { _ in }
    }

    private func enqueue(_ pending: Pending) {
        let start = queue.withLock { queue in
            queue.pending.append(pending)
            if queue.isDraining { return false }
            queue.isDraining = true
            return true
        }
        if start { schedule() }
    }

    private func schedule() {
        thread.async { [self] in
            pool.writeWithoutTransaction { db in
                while true {
                    let group = queue.withLock { queue -> [Pending] in
                        let group = Array(queue.pending.prefix(Self.groupLimit))
                        queue.pending.removeFirst(group.count)
                        if group.isEmpty { queue.isDraining = false }
                        return group
                    }
                    if group.isEmpty { return }
                    commit(group, in: db)
                }
            }
        }
    }

    private func commit(_ group: [Pending], in db: Database) {
        var failures = [(any Error)?](repeating: nil, count: group.count)
        var events: [EventRecord] = []
        do {
            try db.inTransaction(.immediate) {
                for (index, pending) in group.enumerated() {
                    do {
                        try db.inSavepoint {
                            events += try pending.apply(db)
                            return .commit
                        }
                    } catch {
                        failures[index] = error
                    }
                }
                return .commit
            }
        } catch {
            for index in failures.indices where failures[index] == nil { failures[index] = error }
            events = []
        }
        groups.wrappingAdd(1, ordering: .releasing)
        feed.publish(events)
        for (pending, failure) in zip(group, failures) { pending.finish(failure) }
    }
}

/// Carries a value out of a transaction; written and read on the writer's queue, one after the other.
private final class ResultBox<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func set(_ new: Value) { value.withLock { $0 = new } }

    func take() -> Value? { value.withLock { $0.take() } }
}
