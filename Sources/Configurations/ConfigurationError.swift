import Wire

/// Why a file could not be used: every problem that was found in it.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it.
    public var file: String
    /// At least one, in the order of the text.
    public var problems: [Problem]

    public init(file: String, problems: [Problem]) {
        self.file = file
        self.problems = problems
    }

    /// One line for each problem: `file:line:column: property: what is wrong`.
    public var description: String {
        problems.map { problem in
            let place = problem.location.map { "\(file):\($0.line):\($0.column)" } ?? file
            let property = problem.path.isEmpty ? "" : "\(problem.path): "
            return "\(place): \(property)\(problem.message)"
        }.joined(separator: "\n")
    }
}

/// One thing that is wrong in a file.
public struct Problem: Error, Sendable, Hashable {
    public var location: YAMLDocument.Location?
    /// The property as `resources.gpu` or `ports[1]`; empty for the file as a whole.
    public var path: String
    public var message: String

    public init(location: YAMLDocument.Location? = nil, path: String = "", message: String) {
        self.location = location
        self.path = path
        self.message = message
    }
}
