/// Where uploaded file archives are kept on the server.
public protocol ArchiveDirectory: Sendable {
    /// Path of an archive's file.
    ///
    /// - Throws: an error in words for the user where there is no such archive.
    func path(ofArchive id: String, projectID: String) async throws -> String
}
