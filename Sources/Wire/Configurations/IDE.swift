/// An editor that a dev environment can be opened with.
public enum IDE: String, Codable, Sendable, CaseIterable {
    case vscode, cursor, windsurf, zed
}
