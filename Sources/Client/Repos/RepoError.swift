/// Why a repository cannot be used for a run, in words for its user.
public struct RepoError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        /// The folder is no git repository, or it is in no state to be sent.
        case unusable
        /// The repository cannot be opened with what is known.
        case noAccess
        /// The user's changes are more than the server takes.
        case tooLarge
        /// A program is not there or failed.
        case program
    }

    public let code: Code
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    init(_ failure: ProgramRun.Failure) {
        switch failure {
        case .missing(let name): self.init(.program, "\(name) is not installed; it is needed for repositories")
        case .system(let what): self.init(.program, "a program could not be run: \(what)")
        case .late(let name): self.init(.program, "\(name) did not answer in time")
        }
    }
}
