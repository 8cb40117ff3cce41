/// Role of a user in a project.
public enum ProjectRole: String, Codable, Sendable, CaseIterable {
    case admin
    case manager
    case user
}
