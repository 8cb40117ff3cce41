/// What to do where the path of a repository is taken.
public enum RepoExistsAction: String, Codable, Sendable, CaseIterable {
    case error
    case skip
}
