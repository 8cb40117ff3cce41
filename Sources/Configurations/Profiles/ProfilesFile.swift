import Wire

/// The file `.dstack/profiles.yml`.
public struct ProfilesFile: Sendable {
    /// The file as the user named it.
    public let path: String
    public let profiles: [Profile]
    private let document: YAMLDocument

    /// - Throws: `ConfigurationError` with every problem that could be found at once.
    public init(text: String, path: String) throws(ConfigurationError) {
        self.path = path
        document = try YAMLDocument(text: text, file: path)
        profiles = try document.decode(file: path) { value throws(WireDecodingErrors) in
            try WireJSON.decodeCollecting(ProfilesConfig.self, from: value).profiles
        }
    }

    /// The profile of a name, or, where no name is given, the one marked as the default, if any.
    ///
    /// - Throws: `ConfigurationError` where there is no profile of the name.
    public func profile(named name: String?) throws(ConfigurationError) -> Profile? {
        guard let name else { return profiles.first(where: \.isDefault) }
        if let profile = profiles.first(where: { $0.name == name }) { return profile }
        let known = profiles.map(\.name)
        let hint = NearestName.find(name, among: known).map { "; did you mean '\($0)'?" } ?? ""
        throw ConfigurationError(
            file: path, problems: [document.problem(at: [.name("profiles")], "there is no profile '\(name)'\(hint)")])
    }

    /// A problem with a property of a profile, placed where it stands.
    public func problem(inProfile name: String, at path: [WireDecodingError.Step], _ message: String) -> Problem {
        let index = profiles.firstIndex { $0.name == name } ?? 0
        return document.problem(at: [.name("profiles"), .index(index)] + path, message)
    }
}
