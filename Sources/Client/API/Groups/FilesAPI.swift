import Wire

/// Operations with file archives.
public struct FilesAPI: Sendable {
    let client: APIClient

    /// An archive that was uploaded before, by the SHA-256 of its bytes in hex.
    /// Throws an error with ``ClientError/isMissingResource`` when the server has none.
    public func getArchive(hash: String) async throws(ClientError) -> FileArchive {
        try await client.post("/api/files/get_archive_by_hash", GetFileArchiveByHashRequest(hash: hash))
    }

    /// Uploads an archive: a tar file, of which `hash` is the SHA-256 in hex.
    public func uploadArchive(hash: String, tar: [UInt8]) async throws(ClientError) -> FileArchive {
        let path = "/api/files/upload_archive"
        let form = MultipartForm(fileName: hash, bytes: tar)
        let bytes = try await client.post(bytes: path, form.body, contentType: form.contentType)
        return try client.decode(bytes, at: path)
    }
}

extension APIClient {
    /// Operations with file archives.
    public var files: FilesAPI { FilesAPI(client: self) }
}
