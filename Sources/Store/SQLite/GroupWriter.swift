import Foundation
import GRDB
import Synchronization

/// Commits what waits as one transaction: while one group is synced to the disk, the next one gathers.
final class GroupWriter: Sendable {
    /// One write: its part of the transaction, and what tells its caller afterwards.
    private struct Pending: Sendable {
        /// Runs inside the transaction, in a savepoint of its own; gives the events it recorded.
        let apply: @Sendable (Database) throws -> [EventRecord]
        /// Whether it may use the reserve on a full disk: the engine's checkpoints may.
        let isCheckpoint: Bool
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
    private let space: DiskSpace?
    private let queue = Mutex(Queue())

    init(pool: DatabasePool, feed: EventFeed, space: DiskSpace? = nil) {
        self.pool = pool
        self.feed = feed
        self.space = space
    }

    /// Counts the groups that were written. A caller whose write is durable sees a count that includes it.
    var generation: UInt64 { groups.load(ordering: .acquiring) }

    /// Runs `body` in the next group and returns when that group is durable.
    func perform<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await submit(isCheckpoint: false) { db in (try body(db), []) }
    }

    /// Like `perform`, for a write that records events: they are told to the feed once durable.
    ///
    /// - Parameter isCheckpoint: whether it may use the reserve on a full disk.
    func submit<Value: Sendable>(
        isCheckpoint: Bool = true, _ body: @escaping @Sendable (Database) throws -> (Value, [EventRecord])
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
                    isCheckpoint: isCheckpoint,
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
        let outcome = attempt(group, in: db)
        guard let full = outcome.full else { return finish(group, outcome) }
        // The disk is full and nothing of the group is written. Checkpoints use the reserve, what else there is must not.
        let others = group.filter { !$0.isCheckpoint }
        finish(others, Outcome(failures: others.map { _ in full }))
        let checkpoints = group.filter(\.isCheckpoint)
        if checkpoints.isEmpty { return }
        // With others in the group, what did not fit may have been theirs.
        if checkpoints.count < group.count {
            let second = attempt(checkpoints, in: db)
            if second.full == nil { return finish(checkpoints, second) }
        }
        guard space?.release() == true else {
            return finish(checkpoints, Outcome(failures: checkpoints.map { _ in full }))
        }
        finish(checkpoints, attempt(checkpoints, in: db))
    }

    /// What came of a group, one failure or none for each of its writes.
    private struct Outcome {
        var failures: [(any Error)?]
        var events: [EventRecord] = []
        /// What the disk said where it is full: then nothing is written.
        var full: (any Error)?
    }

    private func finish(_ group: [Pending], _ outcome: Outcome) {
        groups.wrappingAdd(1, ordering: .releasing)
        feed.publish(outcome.events)
        for (pending, failure) in zip(group, outcome.failures) { pending.finish(failure) }
    }

    private func attempt(_ group: [Pending], in db: Database) -> Outcome {
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
                        // SQLite may have undone the others with it.
                        if (error as? DatabaseError)?.isFullDisk == true { throw error }
                        failures[index] = error
                    }
                }
                return .commit
            }
        } catch {
            for index in failures.indices where failures[index] == nil { failures[index] = error }
            let isFull = (error as? DatabaseError)?.isFullDisk == true
            return Outcome(failures: failures, full: isFull ? error : nil)
        }
        return Outcome(failures: failures, events: events)
    }
}

extension DatabaseError {
    /// Whether there was no room for the database or for the index of its log.
    var isFullDisk: Bool {
        resultCode == .SQLITE_FULL || extendedResultCode == .SQLITE_IOERR_SHMSIZE
    }
}

/// Carries a value out of a transaction; written and read on the writer's queue, one after the other.
private final class ResultBox<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func set(_ new: Value) { value.withLock { $0 = new } }

    func take() -> Value? { value.withLock { $0.take() } }
}
