import Wire

extension ServerConfiguration {
    /// A backend that a project is to have.
    public struct Backend: Sendable, Hashable {
        public var type: BackendType
        /// All of it, as written.
        public var parameters: JSONValue
    }

    /// What the file asks for and this server does not serve yet, in words that name the file, the place and what
    /// is asked for.
    ///
    /// - Parameter path: the name of the file.
    public func unserved(path: String) -> [String] {
        let backends = projects.flatMap { project in
            project.backends.map { backend in
                "\(path): project '\(project.name)': the backend '\(backend.type.rawValue)' is not served yet; "
                    + "runs of this project get no offers from it"
            }
        }
        return backends + plugins.map { "\(path): plugins: '\($0)' is not loaded; plugins are not served" }
    }
}

extension ServerConfiguration.Backend: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type
    }

    public init(from decoder: any Decoder) throws {
        // The other fields differ from type to type.
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .type)
        guard let known = BackendType(rawValue: name) else {
            let all = BackendType.allCases.map(\.rawValue).sorted().joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container,
                debugDescription: "'\(name)' is not a type of backend; known are \(all)")
        }
        type = known
        parameters = try JSONValue(from: decoder)
    }
}
