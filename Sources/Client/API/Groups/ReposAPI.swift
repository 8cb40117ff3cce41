import Wire

/// Operations with repos.
public struct ReposAPI: Sendable {
    let client: APIClient

    /// How much longer than the code its upload is at most, which the server's limit counts.
    public static let formOverheadBytes = MultipartForm.overhead

    /// Makes a repo known to the project.
    public func initialize(project: String, _ request: SaveRepoCredsRequest) async throws(ClientError) {
        try await client.post("/api/project/\(percentEncoded(project))/repos/init", request)
    }

    /// A repo that the project knows, with the user's credentials for it.
    /// Throws an error with ``ClientError/isMissingResource`` when there is none.
    public func get(project: String, id: String) async throws(ClientError) -> RepoHeadWithCreds {
        try await client.post(
            "/api/project/\(percentEncoded(project))/repos/get", GetRepoRequest(repoId: id, includeCreds: true))
    }

    /// Uploads the code of a run's repo, of which `hash` is the SHA-256 in hex.
    public func uploadCode(project: String, repoID: String, hash: String, code: [UInt8]) async throws(ClientError) {
        let form = MultipartForm(fileName: hash, bytes: code)
        _ = try await client.post(
            bytes: "/api/project/\(percentEncoded(project))/repos/upload_code?repo_id=\(percentEncoded(repoID))",
            form.body, contentType: form.contentType)
    }
}

extension APIClient {
    /// Operations with repos.
    public var repos: ReposAPI { ReposAPI(client: self) }
}
