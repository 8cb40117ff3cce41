import Wire

/// A configuration and the file that it came from.
public struct ConfigurationFile: Sendable {
    /// The file as the user named it.
    public let path: String
    public let configuration: AnyConfiguration
    private let document: YAMLDocument

    /// Reads a configuration from the text of a file.
    ///
    /// - Parameter path: the name of the file, for errors.
    /// - Throws: `ConfigurationError` with every problem that could be found at once.
    public init(text: String, path: String) throws(ConfigurationError) {
        self.path = path
        document = try YAMLDocument(text: text, file: path)
        configuration = try document.decode(file: path) { value throws(WireDecodingErrors) in
            try AnyConfiguration(value)
        }
    }

    /// A problem with a property of this file, placed where the property stands.
    public func problem(at path: [WireDecodingError.Step], _ message: String) -> Problem {
        document.problem(at: path, message)
    }

    /// Why the file cannot be applied: a name that no server takes, and properties that this project's server does not
    /// serve yet.
    public var refusals: [Problem] {
        var problems = Served.refusals(of: configuration).map { problem(at: $0.path, $0.message) }
        if let name = configuration.name, !ResourceName.isValid(name) {
            problems.insert(problem(at: [.name("name")], ResourceName.complaint(name)), at: 0)
        }
        return problems
    }
}

extension YAMLDocument {
    /// Decodes the document, with the errors placed in the file.
    func decode<T>(
        file: String, _ decode: (JSONValue) throws(WireDecodingErrors) -> T
    ) throws(ConfigurationError) -> T {
        do throws(WireDecodingErrors) {
            return try decode(value)
        } catch {
            let problems = error.errors.map { problem(at: $0.path, $0.message) }
            throw ConfigurationError(file: file, problems: problems.sorted(by: Problem.isBefore))
        }
    }

    func problem(at path: [WireDecodingError.Step], _ message: String) -> Problem {
        let text = WireDecodingError(path: path, reason: .invalid, message: "").pathText
        return Problem(location: location(of: path), path: text, message: message)
    }
}

extension Problem {
    static func isBefore(_ left: Problem, _ right: Problem) -> Bool {
        (left.location?.line ?? 0, left.location?.column ?? 0) < (
            right.location?.line ?? 0, right.location?.column ?? 0
        )
    }
}
