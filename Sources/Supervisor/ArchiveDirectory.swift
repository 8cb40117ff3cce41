import JobActors
import Store

/// Where what users sent for their runs is kept on the server.
public protocol ArchiveDirectory: Sendable {
    /// Path of an archive's file.
    ///
    /// - Throws: an error in words for the user where there is no such archive.
    func path(ofArchive id: String, projectID: String) async throws -> String

    /// The code of a run's repository, with the credentials of the run's user.
    ///
    /// - Parameter hash: of the code that was uploaded for the run; nil for none.
    /// - Throws: `AccountError` where the code is not there.
    func code(of run: RunRecord, hash: String?) async throws -> RunCode

    /// The public keys that may log in to a run's jobs: the run's and its project's.
    func loginKeys(of run: RunRecord) async throws -> [String]
}
