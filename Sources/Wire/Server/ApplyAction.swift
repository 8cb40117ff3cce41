/// What applying a configuration does.
public enum ApplyAction: String, Codable, Sendable, CaseIterable {
    case create
    case update
}
