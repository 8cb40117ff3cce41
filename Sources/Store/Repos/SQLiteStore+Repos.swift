import Foundation
import GRDB

/// A repository that runs of a project can take their code from.
public struct RepoRecord: Sendable, Equatable {
    public let projectID: String
    /// The id that clients give it.
    public let name: String
    /// `RepoInfo` as JSON.
    public let info: [UInt8]

    public init(projectID: String, name: String, info: [UInt8]) {
        self.projectID = projectID
        self.name = name
        self.info = info
    }
}

extension SQLiteStore {
    /// A project's repositories, by name.
    public func repos(projectID: String) async throws -> [RepoRecord] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM repos WHERE project_id = ? ORDER BY name", arguments: [projectID])
                .map(RepoRecord.init(row:))
        }
    }

    /// A repository, nil where the project has none of that name.
    public func repo(named name: String, projectID: String) async throws -> RepoRecord? {
        try await read { db in try RepoRecord.fetch(named: name, projectID: projectID, in: db) }
    }

    /// Adds a repository or changes what is known about it.
    ///
    /// - Parameter creds: the user's credentials for it, as JSON; nil takes away those it had, unless
    ///   `keepsCreds`.
    public func saveRepo(_ repo: RepoRecord, userID: String, creds: [UInt8]?, keepsCreds: Bool) async throws {
        try await write { [keyring] db in
            try db.run(
                """
                INSERT INTO repos (project_id, name, info) VALUES (?, ?, ?)
                ON CONFLICT (project_id, name) DO UPDATE SET info = excluded.info
                """, [repo.projectID, repo.name, Data(repo.info)])
            if keepsCreds { return }
            if let creds {
                try db.run(
                    """
                    INSERT INTO repo_creds (project_id, repo_name, user_id, creds) VALUES (?, ?, ?, ?)
                    ON CONFLICT (project_id, repo_name, user_id) DO UPDATE SET creds = excluded.creds
                    """, [repo.projectID, repo.name, userID, Data(try keyring.seal(creds))])
            } else {
                try db.run(
                    "DELETE FROM repo_creds WHERE project_id = ? AND repo_name = ? AND user_id = ?",
                    [repo.projectID, repo.name, userID])
            }
        }
    }

    /// A user's credentials for a repository, as JSON.
    public func repoCreds(repoNamed name: String, projectID: String, userID: String) async throws -> [UInt8]? {
        try await read { [keyring] db in
            let sql = "SELECT creds FROM repo_creds WHERE project_id = ? AND repo_name = ? AND user_id = ?"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [projectID, name, userID]) else { return nil }
            return try keyring.open(row.bytes("creds"))
        }
    }

    /// Deletes repositories with their credentials and code; names that are not there are passed over.
    public func deleteRepos(named names: [String], projectID: String) async throws {
        try await write { db in
            for name in names {
                try db.run("DELETE FROM codes WHERE project_id = ? AND repo_name = ?", [projectID, name])
                try db.run("DELETE FROM repo_creds WHERE project_id = ? AND repo_name = ?", [projectID, name])
                try db.run("DELETE FROM repos WHERE project_id = ? AND name = ?", [projectID, name])
            }
        }
    }

    /// Keeps the changes that a run's code has over its repository's commit; what is there already stays.
    ///
    /// - Throws: `AccountError` where there is no such repository.
    public func saveCode(_ blob: [UInt8], hash: String, repoNamed name: String, projectID: String) async throws {
        try await write { db in
            guard try RepoRecord.fetch(named: name, projectID: projectID, in: db) != nil else {
                throw AccountError(.repoNotFound, "Repo \(name) does not exist")
            }
            try db.run(
                "INSERT OR IGNORE INTO codes (project_id, repo_name, hash, blob) VALUES (?, ?, ?, ?)",
                [projectID, name, hash, Data(blob)])
        }
    }

    /// Code that was uploaded for a repository; nil where there is none of that hash.
    public func code(hash: String, repoNamed name: String, projectID: String) async throws -> [UInt8]? {
        try await read { db in
            let sql = "SELECT blob FROM codes WHERE project_id = ? AND repo_name = ? AND hash = ?"
            return try Row.fetchOne(db, sql: sql, arguments: [projectID, name, hash]).map { $0.bytes("blob") }
        }
    }
}

extension RepoRecord {
    fileprivate init(row: Row) {
        self.init(projectID: row["project_id"], name: row["name"], info: row.bytes("info"))
    }

    fileprivate static func fetch(named name: String, projectID: String, in db: Database) throws -> RepoRecord? {
        let sql = "SELECT * FROM repos WHERE project_id = ? AND name = ?"
        return try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [projectID, name]).map(RepoRecord.init(row:))
    }
}
