/// A user's membership in a project.
public struct Member: Codable, Sendable, Hashable {
    /// The member.
    public var user: User
    /// The role in the project.
    public var projectRole: ProjectRole
    /// What the user may do.
    public var permissions: MemberPermissions

    public init(user: User, projectRole: ProjectRole, permissions: MemberPermissions) {
        self.user = user
        self.projectRole = projectRole
        self.permissions = permissions
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case user
        case projectRole = "project_role"
        case permissions
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        user = try fields.required(.user)
        projectRole = try fields.required(.projectRole)
        permissions = try fields.required(.permissions)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user, forKey: .user)
        try container.encode(projectRole, forKey: .projectRole)
        try container.encode(permissions, forKey: .permissions)
    }
}
