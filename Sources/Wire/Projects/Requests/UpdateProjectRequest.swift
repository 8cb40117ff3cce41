/// Body of `projects/{p}/update`.
public struct UpdateProjectRequest: Codable, Sendable, Hashable {
    /// Whether every user sees the project and may join it.
    public var isPublic: Bool?
    /// The repository of the project's templates.
    public var templatesRepo: String?
    /// Take the project's own templates away.
    public var resetTemplatesRepo: Bool

    public init(
        isPublic: Bool? = nil, templatesRepo: String? = nil, resetTemplatesRepo: Bool = false
    ) {
        self.isPublic = isPublic
        self.templatesRepo = templatesRepo
        self.resetTemplatesRepo = resetTemplatesRepo
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case isPublic = "is_public"
        case templatesRepo = "templates_repo"
        case resetTemplatesRepo = "reset_templates_repo"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        isPublic = try fields.optional(.isPublic)
        templatesRepo = try fields.optional(.templatesRepo)
        resetTemplatesRepo = try fields.value(.resetTemplatesRepo, default: false)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isPublic, forKey: .isPublic)
        try container.encode(templatesRepo, forKey: .templatesRepo)
        try container.encode(resetTemplatesRepo, forKey: .resetTemplatesRepo)
    }
}
