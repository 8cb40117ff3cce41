/// Why the client's configuration file cannot be used.
public struct ClientConfigError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Problem: Sendable, Equatable {
        /// The content cannot be understood; the text says why.
        case invalid(String)
        /// The file cannot be read; the text is the system's.
        case unreadable(String)
        /// The file cannot be written; the text is the system's.
        case unwritable(String)
    }

    /// The file, with line and column where they are known.
    public var path: String
    /// What is wrong.
    public var problem: Problem

    /// Creates an error.
    public init(path: String, problem: Problem) {
        self.path = path
        self.problem = problem
    }

    public var description: String {
        switch problem {
        case .invalid(let why): "\(path): \(why)"
        case .unreadable(let why): "Cannot read \(path): \(why)"
        case .unwritable(let why): "Cannot write \(path): \(why)"
        }
    }
}
