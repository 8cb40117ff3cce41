import Foundation
import GRDB
import Wire

/// The checkpoint store on SQLite: one file, write-ahead log, one writer that commits what waits as a group.
///
/// Every write goes through `commit` or `write`, which share the writer and its transactions: what came in
/// while one transaction was synced to the disk shares the next. Reads run beside the writer on the pool.
public final class SQLiteStore: Sendable {
    /// Live events, told in the order of their numbers after they are durable.
    public let feed: EventFeed
    /// Seals and opens the columns that hold secrets.
    public let keyring: Keyring
    let pool: DatabasePool
    /// For the engine's reads of single rows. It is used on the caller's thread: what they find is nearly always in
    /// memory, and two changes of thread would cost more than the read.
    let rows: DatabaseQueue
    let writer: GroupWriter
    /// Opens or creates the database file and brings its schema up to date.
    ///
    /// - Parameter space: what gives checkpoints room on a full disk; nil gives none.
    /// - Throws: `StoreError.unavailable` where the file cannot be opened or comes from a newer version.
    public init(
        path: String, keyring: Keyring, feed: EventFeed = EventFeed(), space: DiskSpace? = nil
    ) throws(StoreError) {
        self.keyring = keyring
        self.feed = feed
        do {
            var configuration = Configuration()
            configuration.maximumReaderCount = 4
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { db in
                // FULL: a checkpoint survives the loss of power, not only of the process.
                // What is read again soon fits into half a megabyte for each connection; the rest is in the system's
                // cache.
                try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -512;")
            }
            space?.makeRoomToOpen()
            pool = try DatabasePool(path: path, configuration: configuration)
            var migrator = DatabaseMigrator()
            EngineSchema.register(in: &migrator)
            AccountsSchema.register(in: &migrator)
            KeyringSchema.register(in: &migrator)
            if try pool.read({ try migrator.hasBeenSuperseded($0) }) {
                throw StoreError.unavailable("'\(path)' was written by a newer version of dstack; use that version")
            }
            try migrator.migrate(pool)
            space?.databaseIsOpen()
            writer = GroupWriter(pool: pool, feed: feed, space: space)
            configuration.readonly = true
            rows = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            let error = StoreError(sqlite: error, doing: "opening '\(path)'")
            guard case .corrupt(let what) = error else { throw error }
            throw .corrupt(
                what + "; put a copy of the file in its place, or move it away with all that begins with its name, and "
                    + "the server begins anew without runs and accounts")
        }
    }

    /// Runs a write that is not the engine's (accounts, repos, files) in the writer's next transaction.
    ///
    /// - Throws: what `body` throws, or a `StoreError` where the database fails.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await writer.perform { db in try body(db) }
    }

    /// Runs such a write together with the events that tell of it.
    func write<Value: Sendable>(
        telling body: @escaping @Sendable (Database) throws -> (Value, [EventDraft])
    ) async throws -> Value {
        try await writer.submit(isCheckpoint: false) { db in
            let (value, events) = try body(db)
            return (value, try events.map { try $0.insert(in: db) })
        }
    }

    /// Runs a read beside the writer.
    public func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await pool.read(body)
    }

    /// A number that grows with every write: while it is the same, so is what reads find.
    public var generation: UInt64 { writer.generation }

    /// Waits for writes under way and closes the file, which then holds everything by itself: it can be copied alone. Where
    /// the disk has no room even for that, the log that lies beside it is taken up by the next start.
    public func close() async throws {
        try await writer.drain()
        // Connections that only read are closed last, and they may not do it.
        do {
            try await pool.barrierWriteWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        } catch {
            // The reserve is for the next start.
            guard (error as? DatabaseError)?.isFullDisk == true else { throw error }
        }
        try rows.close()
        try pool.close()
    }
}

extension StoreError {
    /// Sorts a database's error into what the engine can act on.
    init(sqlite error: any Error, doing what: String) {
        if let error = error as? StoreError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self = .unavailable("\(what): \(error)")
            return
        }
        if error.isFullDisk {
            self = .full("\(what): \(error.message ?? "no space left")")
            return
        }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt("\(what): \(error.message ?? "damaged file")")
        default: self = .unavailable("\(what): \(error.message ?? String(describing: error.resultCode))")
        }
    }
}
