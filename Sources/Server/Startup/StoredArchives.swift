import JobActors
import Store
import Supervisor
import Wire

/// Where the engine finds what users sent.
struct StoredArchives: ArchiveDirectory {
    let archives: FileArchives
    let store: SQLiteStore

    func path(ofArchive id: String, projectID: String) async throws -> String {
        guard let archive = try await archives.archive(id: id) else {
            throw AccountError(.notFound, "The file archive \(id) does not exist; apply the configuration again")
        }
        return archives.path(id: archive.id)
    }

    func code(of run: RunRecord, hash: String?) async throws -> RunCode {
        let repo = try RunSpec(json: run.spec).repoId ?? RunSpec.virtualRepoID
        let creds = try await store.repoCreds(repoNamed: repo, projectID: run.projectID, userID: run.userID)
        var code = RunCode(repoID: repo, credentials: try creds.map { try RemoteRepoCreds(json: $0) })
        if let hash {
            code.blob = try await store.code(hash: hash, repoNamed: repo, projectID: run.projectID)
            if code.blob == nil {
                throw AccountError(
                    .notFound,
                    "The code \(hash.prefix(12)) of the repo \(repo) does not exist; apply the configuration again")
            }
        }
        return code
    }

    func loginKeys(of run: RunRecord) async throws -> [String] {
        let own = try RunKey(json: run.spec).sshKeyPub
        let project = try await store.project(id: run.projectID)?.keys.publicKey
        return [project, own].compactMap { $0?.split(whereSeparator: \.isNewline).first.map(String.init) }
    }

    /// The part of a run's specification that says it.
    private struct RunKey: Decodable {
        let sshKeyPub: String?

        enum CodingKeys: String, CodingKey { case sshKeyPub = "ssh_key_pub" }
    }
}
