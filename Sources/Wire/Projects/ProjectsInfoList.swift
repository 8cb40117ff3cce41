/// Answer of `projects/list` where the total was asked for.
public struct ProjectsInfoList: Codable, Sendable, Hashable {
    /// How many there are in all, nil where not asked for.
    public var totalCount: Int?
    /// The projects.
    public var projects: [Project]

    public init(totalCount: Int? = nil, projects: [Project]) {
        self.totalCount = totalCount
        self.projects = projects
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case totalCount = "total_count"
        case projects
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        totalCount = try fields.optional(.totalCount)
        projects = try fields.required(.projects)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(totalCount, forKey: .totalCount)
        try container.encode(projects, forKey: .projects)
    }
}
