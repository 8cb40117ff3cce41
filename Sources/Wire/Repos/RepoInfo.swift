/// A repository known to a project, told apart by `repo_type`.
public enum RepoInfo: Sendable, Hashable {
    case remote(RemoteRepoInfo)
    case local(LocalRepoInfo)
    case virtual
}

extension RepoInfo: Codable {
    public init(from decoder: any Decoder) throws {
        switch try RepoType(discriminating: decoder) {
        case .remote: self = .remote(try RemoteRepoInfo(from: decoder))
        case .local: self = .local(try LocalRepoInfo(from: decoder))
        case .virtual:
            _ = try VirtualRepoInfo(from: decoder)
            self = .virtual
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .remote(let info): try info.encode(to: encoder)
        case .local(let info): try info.encode(to: encoder)
        case .virtual: try VirtualRepoInfo().encode(to: encoder)
        }
    }
}
