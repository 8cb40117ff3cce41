/// One thing that an event is about.
public struct EventTarget: Codable, Sendable, Hashable {
    /// What kind it is.
    public var type: String
    /// The id of the project.
    public var projectId: String?
    /// The name of the project.
    public var projectName: String?
    /// Whether the project is gone by now.
    public var isProjectDeleted: Bool?
    /// A UUID, in lowercase.
    public var id: String
    /// The name.
    public var name: String

    public init(
        type: String, projectId: String? = nil, projectName: String? = nil, isProjectDeleted: Bool? = nil,
        id: String, name: String
    ) {
        self.type = type
        self.projectId = projectId
        self.projectName = projectName
        self.isProjectDeleted = isProjectDeleted
        self.id = id
        self.name = name
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case type
        case projectId = "project_id"
        case projectName = "project_name"
        case isProjectDeleted = "is_project_deleted"
        case id
        case name
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        type = try fields.required(.type)
        projectId = try fields.optional(.projectId)
        projectName = try fields.optional(.projectName)
        isProjectDeleted = try fields.optional(.isProjectDeleted)
        id = try fields.required(.id)
        name = try fields.required(.name)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encode(projectId, forKey: .projectId)
        try container.encode(projectName, forKey: .projectName)
        try container.encode(isProjectDeleted, forKey: .isProjectDeleted)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
    }
}
