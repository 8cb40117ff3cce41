import Wire

/// Operations with secrets.
public struct SecretsAPI: Sendable {
    let client: APIClient

    /// A project's secrets, without their values.
    public func list(project: String) async throws(ClientError) -> [Secret] {
        try await client.post("/api/project/\(percentEncoded(project))/secrets/list")
    }

    /// A secret with its value.
    public func get(project: String, name: String) async throws(ClientError) -> Secret {
        try await client.post("/api/project/\(percentEncoded(project))/secrets/get", GetSecretRequest(name: name))
    }

    /// Adds a secret, or gives the one of that name another value.
    public func set(project: String, name: String, value: String) async throws(ClientError) -> Secret {
        try await client.post(
            "/api/project/\(percentEncoded(project))/secrets/create_or_update",
            SetSecretRequest(name: name, value: value))
    }

    /// Deletes secrets; where one does not exist, none is deleted.
    public func delete(project: String, names: [String]) async throws(ClientError) {
        try await client.post(
            "/api/project/\(percentEncoded(project))/secrets/delete", DeleteSecretsRequest(names: names))
    }
}

extension APIClient {
    /// Operations with secrets.
    public var secrets: SecretsAPI { SecretsAPI(client: self) }
}
