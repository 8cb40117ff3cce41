/// The repository that a run's code comes from, told apart by `repo_type`.
public enum RunRepoData: Sendable, Hashable {
    case remote(RemoteRunRepoData)
    case local(LocalRepoInfo)
    /// No repository: the code comes as file archives, or not at all.
    case virtual
}

extension RunRepoData: Codable {
    public init(from decoder: any Decoder) throws {
        switch try RepoType(discriminating: decoder) {
        case .remote: self = .remote(try RemoteRunRepoData(from: decoder))
        case .local: self = .local(try LocalRepoInfo(from: decoder))
        case .virtual:
            _ = try VirtualRepoInfo(from: decoder)
            self = .virtual
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .remote(let data): try data.encode(to: encoder)
        case .local(let data): try data.encode(to: encoder)
        case .virtual: try VirtualRepoInfo().encode(to: encoder)
        }
    }
}
