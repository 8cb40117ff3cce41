import Wire

/// What the server says of itself.
public struct ServerAPI: Sendable {
    let client: APIClient

    /// The server's version and, of a server of ours, its limits.
    public func getInfo() async throws(ClientError) -> ServerInfo {
        try await client.post("/api/server/get_info?limits=1")
    }
}

extension APIClient {
    /// What the server says of itself.
    public var server: ServerAPI { ServerAPI(client: self) }
}
