import Wire

/// Operations with repos.
public struct ReposAPI: Sendable {
    let client: APIClient

    /// Makes a repo known to the project.
    public func initialize(project: String, _ request: SaveRepoCredsRequest) async throws(ClientError) {
        try await client.post("/api/project/\(percentEncoded(project))/repos/init", request)
    }
}

extension APIClient {
    /// Operations with repos.
    public var repos: ReposAPI { ReposAPI(client: self) }
}
