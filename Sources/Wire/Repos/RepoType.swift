/// The kinds of repositories.
public enum RepoType: String, Codable, Sendable, CaseIterable {
    case remote, local, virtual

    private enum CodingKeys: String, CodingKey {
        case repoType = "repo_type"
    }

    /// Reads the kind of the repository that a decoder stands at.
    init(discriminating decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .repoType)
        guard let type = RepoType(rawValue: name) else {
            throw DecodingError.dataCorruptedError(
                forKey: .repoType, in: container,
                debugDescription: "'\(name)' is not a type of repository; known are remote, local and virtual")
        }
        self = type
    }
}
