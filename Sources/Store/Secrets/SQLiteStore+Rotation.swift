import Foundation
import GRDB

extension SQLiteStore {
    private static let rotationBatch = 200

    /// Seals with the keyring's first key what another one sealed, so that the others can be taken out of the
    /// configuration. Costs one row's read where the first key is the one of the last start.
    ///
    /// A rotation that is cut off goes on at the next start: each batch is a transaction of its own.
    ///
    /// - Parameter progress: told what is about to be done and what was done, in words for the log.
    /// - Returns: the number of values that were sealed anew.
    /// - Throws: `StoreError.unavailable` where values need a key that is not in the keyring, naming key and rows.
    @discardableResult
    public func rotate(_ progress: @Sendable (String) -> Void) async throws -> Int {
        let fingerprint = keyring.first.fingerprint
        let last = try await read { try String.fetchOne($0, sql: "SELECT fingerprint FROM sealing_key") }
        if last == fingerprint { return 0 }
        let name = keyring.first.id
        if last != nil { progress("the first encryption key is now '\(name)': looking for what others sealed") }
        var locked = LockedRows()
        var total = 0
        for column in SealedColumn.all {
            let count = try await rotate(column, &locked)
            total += count
            if count > 0 { progress("sealed \(column.table).\(column.column) with key '\(name)': \(count) rows") }
        }
        if let why = locked.explanation { throw StoreError.unavailable(why) }
        if total > 0 {
            // Values of before must not stay readable in pages that are free now.
            progress("sealed \(total) values with key '\(name)'; compacting the database")
            try await compact()
        }
        try await write { db in
            try db.run(
                "INSERT INTO sealing_key VALUES (1, ?) ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint",
                [fingerprint])
        }
        if total > 0 { progress("encryption keys other than '\(name)' are no longer needed") }
        return total
    }

    private func rotate(_ column: SealedColumn, _ locked: inout LockedRows) async throws -> Int {
        var after: [DatabaseValue]?
        var count = 0
        while true {
            let batch = try await write { [keyring, after] db in try Batch(of: column, after: after, in: db, keyring) }
            count += batch.sealed
            locked.add(batch.locked)
            guard let last = batch.last else { return count }
            after = last
        }
    }

    private func compact() async throws {
        try await pool.barrierWriteWithoutTransaction { db in
            try db.execute(sql: "VACUUM")
            try db.checkpoint(.truncate)
        }
    }

    /// Some rows of a column, sealed anew where another key had sealed them.
    private struct Batch: Sendable {
        /// The last row's key; nil where there were no more rows.
        var last: [DatabaseValue]?
        var sealed = 0
        var locked: [LockedRows.Row] = []

        init(of column: SealedColumn, after: [DatabaseValue]?, in db: Database, _ keyring: Keyring) throws {
            let keys = column.key.joined(separator: ", ")
            let places = column.key.map { _ in "?" }.joined(separator: ", ")
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(keys), \(column.column) AS sealed_value, \(column.name) AS row_name FROM \(column.table)
                    \(after == nil ? "" : "WHERE (\(keys)) > (\(places))")
                    ORDER BY \(keys) LIMIT \(SQLiteStore.rotationBatch)
                    """,
                arguments: StatementArguments(after ?? []))
            for row in rows {
                let key = column.key.map { row[$0] as DatabaseValue }
                last = key
                // This machine has no connection that could be sealed.
                guard let value = row.optionalBytes("sealed_value") else { continue }
                // Messages of the first versions were not sealed at all.
                let isBare = column.table == "messages" && value.first == UInt8(ascii: "{")
                if !isBare, keyring.isSealedByFirst(value) { continue }
                guard let plain = isBare ? value : try? keyring.open(value) else {
                    locked.append(
                        .init(
                            table: column.table, name: row["row_name"] ?? "",
                            keyID: Keyring.keyID(of: value)))
                    continue
                }
                try db.run(
                    "UPDATE \(column.table) SET \(column.column) = ? WHERE (\(keys)) = (\(places))",
                    StatementArguments([Data(try keyring.seal(plain)).databaseValue] + key))
                sealed += 1
            }
        }
    }
}

/// Rows that no key of the keyring opens.
struct LockedRows: Sendable {
    struct Row: Sendable, Equatable {
        var table: String
        var name: String
        /// The key that the row says it was sealed with.
        var keyID: String?
    }

    private var rows: [Row] = []

    mutating func add(_ rows: [Row]) { self.rows += rows }

    /// What is missing and what to do, for whoever started the server; nil where every row opens.
    var explanation: String? {
        if rows.isEmpty { return nil }
        let keys = Set(rows.compactMap(\.keyID)).sorted().map { "'\($0)'" }.joined(separator: ", ")
        let tables = SealedColumn.all.map(\.table).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        let parts = tables.compactMap { table -> String? in
            let names = rows.filter { $0.table == table }.map(\.name)
            guard !names.isEmpty else { return nil }
            let shown = names.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.prefix(3)
            return "\(names.count) in \(table) (\(shown.joined(separator: ", "))\(names.count > 3 ? ", …" : ""))"
        }
        return "values in the database need an encryption key that is not configured\(keys.isEmpty ? "" : ": \(keys)")"
            + "; they are \(parts.joined(separator: ", ")). Put the key back into 'encryption.keys' of config.yml, behind"
            + " the first one, and start the server once: then it is no longer needed"
    }
}
