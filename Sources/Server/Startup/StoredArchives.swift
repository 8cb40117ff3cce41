import Store
import Supervisor

/// Where the engine finds the files that users sent.
struct StoredArchives: ArchiveDirectory {
    let archives: FileArchives

    func path(ofArchive id: String, projectID: String) async throws -> String {
        guard let archive = try await archives.archive(id: id) else {
            throw AccountError(.notFound, "The file archive \(id) does not exist; apply the configuration again")
        }
        return archives.path(id: archive.id)
    }
}
