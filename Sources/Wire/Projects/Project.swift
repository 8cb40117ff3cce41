/// A project, its members and backends.
public struct Project: Codable, Sendable, Hashable {
    /// The id of the project.
    public var projectId: String
    /// The name of the project.
    public var projectName: String
    /// The user who created the project.
    public var owner: User
    /// When it was created.
    public var createdAt: Timestamp?
    /// The backends that the project has.
    public var backends: [BackendInfo]
    /// The members.
    public var members: [Member]
    /// Whether every user sees the project and may join it.
    public var isPublic: Bool
    /// The repository of the project's templates.
    public var templatesRepo: String?

    public init(
        projectId: String, projectName: String, owner: User, createdAt: Timestamp? = nil,
        backends: [BackendInfo], members: [Member], isPublic: Bool = false, templatesRepo: String? = nil
    ) {
        self.projectId = projectId
        self.projectName = projectName
        self.owner = owner
        self.createdAt = createdAt
        self.backends = backends
        self.members = members
        self.isPublic = isPublic
        self.templatesRepo = templatesRepo
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case projectId = "project_id"
        case projectName = "project_name"
        case owner
        case createdAt = "created_at"
        case backends
        case members
        case isPublic = "is_public"
        case templatesRepo = "templates_repo"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        projectId = try fields.required(.projectId)
        projectName = try fields.required(.projectName)
        owner = try fields.required(.owner)
        createdAt = try fields.optional(.createdAt)
        backends = try fields.required(.backends)
        members = try fields.required(.members)
        isPublic = try fields.value(.isPublic, default: false)
        templatesRepo = try fields.optional(.templatesRepo)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(projectId, forKey: .projectId)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(owner, forKey: .owner)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(backends, forKey: .backends)
        try container.encode(members, forKey: .members)
        try container.encode(isPublic, forKey: .isPublic)
        try container.encode(templatesRepo, forKey: .templatesRepo)
    }
}
