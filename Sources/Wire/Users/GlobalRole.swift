/// Role of a user on the server.
public enum GlobalRole: String, Codable, Sendable, CaseIterable {
    case admin
    case user
}
