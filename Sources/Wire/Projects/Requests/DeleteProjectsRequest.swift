/// Body of `projects/delete`.
public struct DeleteProjectsRequest: Codable, Sendable, Hashable {
    /// The names of the projects.
    public var projectsNames: [String]

    public init(projectsNames: [String]) {
        self.projectsNames = projectsNames
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case projectsNames = "projects_names"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try Fields<CodingKeys>(decoder)
        projectsNames = try fields.required(.projectsNames)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(projectsNames, forKey: .projectsNames)
    }
}
