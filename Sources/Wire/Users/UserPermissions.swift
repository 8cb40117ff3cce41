/// What a user may do besides work in its projects.
public struct UserPermissions: Codable, Sendable, Hashable {
    /// Whether the user may create projects.
    public var canCreateProjects: Bool

    public init(canCreateProjects: Bool) {
        self.canCreateProjects = canCreateProjects
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case canCreateProjects = "can_create_projects"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        canCreateProjects = try fields.required(.canCreateProjects)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(canCreateProjects, forKey: .canCreateProjects)
    }
}
