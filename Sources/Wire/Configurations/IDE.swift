/// An editor that a dev environment can be opened with.
public enum IDE: String, Codable, Sendable, CaseIterable {
    case vscode, cursor, windsurf, zed
}

extension IDE {
    /// Its name for people.
    public var title: String {
        switch self {
        case .vscode: "VS Code"
        case .cursor: "Cursor"
        case .windsurf: "Windsurf"
        case .zed: "Zed"
        }
    }

    /// The link that opens a directory of a machine that `ssh` knows by a name.
    public func link(to host: String, directory: String) -> String {
        switch self {
        case .vscode, .cursor, .windsurf: "\(rawValue)://vscode-remote/ssh-remote+\(host)\(directory)"
        case .zed: "zed://ssh/\(host)\(directory)"
        }
    }
}
