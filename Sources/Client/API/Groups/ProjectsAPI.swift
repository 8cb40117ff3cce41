import Wire

/// Operations with projects.
public struct ProjectsAPI: Sendable {
    let client: APIClient

    /// The projects that the token's user belongs to.
    public func list() async throws(ClientError) -> [Wire.Project] {
        try await client.post("/api/projects/list")
    }

    /// A project with its members.
    public func get(_ name: String) async throws(ClientError) -> Wire.Project {
        try await client.post("/api/projects/\(percentEncoded(name))/get")
    }

    /// Creates a project, owned by the user.
    public func create(_ request: CreateProjectRequest) async throws(ClientError) -> Wire.Project {
        try await client.post("/api/projects/create", request)
    }

    /// Deletes projects.
    public func delete(_ names: [String]) async throws(ClientError) {
        try await client.post("/api/projects/delete", DeleteProjectsRequest(projectsNames: names))
    }

    /// Sets a project's members, all of them.
    public func setMembers(_ name: String, _ members: [MemberSetting]) async throws(ClientError) -> Wire.Project {
        try await client.post(
            "/api/projects/\(percentEncoded(name))/set_members", SetProjectMembersRequest(members: members))
    }
}

extension APIClient {
    /// Operations with projects.
    public var projects: ProjectsAPI { ProjectsAPI(client: self) }
}
