/// Body of `projects/create`.
public struct CreateProjectRequest: Codable, Sendable, Hashable {
    /// The name of the project.
    public var projectName: String
    /// Whether every user sees the project and may join it.
    public var isPublic: Bool
    /// The repository of the project's templates.
    public var templatesRepo: String?

    public init(projectName: String, isPublic: Bool = false, templatesRepo: String? = nil) {
        self.projectName = projectName
        self.isPublic = isPublic
        self.templatesRepo = templatesRepo
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case projectName = "project_name"
        case isPublic = "is_public"
        case templatesRepo = "templates_repo"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        projectName = try fields.required(.projectName)
        isPublic = try fields.value(.isPublic, default: false)
        templatesRepo = try fields.optional(.templatesRepo)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(isPublic, forKey: .isPublic)
        try container.encode(templatesRepo, forKey: .templatesRepo)
    }
}
