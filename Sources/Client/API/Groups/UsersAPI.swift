import Wire

/// Operations with users.
public struct UsersAPI: Sendable {
    let client: APIClient

    /// All users.
    public func list() async throws(ClientError) -> [User] {
        try await client.post("/api/users/list")
    }

    /// The user that the token belongs to, with the token.
    public func getMyUser() async throws(ClientError) -> UserWithCreds {
        try await client.post("/api/users/get_my_user")
    }

    /// A user by name, with the token.
    public func get(username: String) async throws(ClientError) -> UserWithCreds {
        try await client.post("/api/users/get_user", GetUserRequest(username: username))
    }

    /// Creates a user.
    public func create(_ request: CreateUserRequest) async throws(ClientError) -> UserWithCreds {
        try await client.post("/api/users/create", request)
    }

    /// Gives a user a new token in place of the old one.
    public func refreshToken(username: String) async throws(ClientError) -> UserWithCreds {
        try await client.post("/api/users/refresh_token", RefreshTokenRequest(username: username))
    }

    /// Deletes users.
    public func delete(users: [String]) async throws(ClientError) {
        try await client.post("/api/users/delete", DeleteUsersRequest(users: users))
    }
}

extension APIClient {
    /// Operations with users.
    public var users: UsersAPI { UsersAPI(client: self) }
}
