import Dispatch
import Foundation
import GRDB

/// An archive of files that a user sent for runs.
public struct FileArchiveRecord: Sendable, Equatable {
    public let id: String
    public let userID: String
    /// The hash that the client gave; one user's archives are told apart by it.
    public let hash: String
}

/// Archives of files on the server's disk, with a row for each in the database.
///
/// A file is in place before its row is written, so a row never lacks its file; a file without a row (the
/// server was killed in between) is overwritten when the client sends it again.
public final class FileArchives: Sendable {
    private let store: SQLiteStore
    private let directory: String
    private let disk = DispatchQueue(label: "dstack.file-archives")

    /// - Parameter directory: made where it is not there, for its owner alone.
    public init(store: SQLiteStore, directory: String) throws(StoreError) {
        self.store = store
        self.directory = directory
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .unavailable("the directory of file archives '\(directory)' cannot be made: \(error)")
        }
    }

    /// Path of an archive's file.
    public func path(id: String) -> String { "\(directory)/\(id).tar" }

    /// A user's archive with this hash.
    public func archive(hash: String, userID: String) async throws -> FileArchiveRecord? {
        try await store.read { db in try FileArchiveRecord.fetch(hash: hash, userID: userID, in: db) }
    }

    /// An archive by id.
    public func archive(id: String) async throws -> FileArchiveRecord? {
        try await store.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM file_archives WHERE id = ?", arguments: [id])
                .map(FileArchiveRecord.init(row:))
        }
    }

    /// Keeps an archive; where the user has one with this hash, that one is given.
    ///
    /// - Parameter id: a new id.
    public func save(_ bytes: [UInt8], id: String, hash: String, userID: String) async throws -> FileArchiveRecord {
        if let known = try await archive(hash: hash, userID: userID) { return known }
        try await writeFile(bytes, id: id)
        let saved = try await store.write { db in
            try db.run(
                "INSERT OR IGNORE INTO file_archives (id, user_id, hash) VALUES (?, ?, ?)", [id, userID, hash])
            return try FileArchiveRecord.fetch(hash: hash, userID: userID, in: db)
        }
        guard let saved else { throw StoreError.corrupt("file archive '\(hash)' vanished while it was written") }
        // Another request with the same archive was faster.
        if saved.id != id { try await removeFile(id: id) }
        return saved
    }

    private func writeFile(_ bytes: [UInt8], id: String) async throws {
        let path = path(id: id)
        try await onDisk {
            do {
                try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            } catch {
                unlink(path)
                throw StoreError.full("'\(path)' cannot be written: \(error)")
            }
        }
    }

    private func removeFile(id: String) async throws {
        let path = path(id: id)
        try await onDisk { try FileManager.default.removeItem(atPath: path) }
    }

    /// Runs blocking file work on a queue of its own.
    private func onDisk(_ work: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            disk.async { continuation.resume(with: Result(catching: work)) }
        }
    }
}

extension FileArchiveRecord {
    fileprivate init(row: Row) {
        self.init(id: row["id"], userID: row["user_id"], hash: row["hash"])
    }

    fileprivate static func fetch(hash: String, userID: String, in db: Database) throws -> FileArchiveRecord? {
        let sql = "SELECT * FROM file_archives WHERE user_id = ? AND hash = ?"
        return try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [userID, hash])
            .map(FileArchiveRecord.init(row:))
    }
}
