/// A member to set or to add.
public struct MemberSetting: Codable, Sendable, Hashable {
    /// The name of the user.
    public var username: String
    /// The role in the project.
    public var projectRole: ProjectRole

    public init(username: String, projectRole: ProjectRole) {
        self.username = username
        self.projectRole = projectRole
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case username
        case projectRole = "project_role"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        username = try fields.required(.username)
        projectRole = try fields.required(.projectRole)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(username, forKey: .username)
        try container.encode(projectRole, forKey: .projectRole)
    }
}
