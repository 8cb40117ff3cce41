/// Why a file or directory cannot be sent with a run.
public struct FileArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Problem: Sendable, Equatable {
        /// There is nothing at the path.
        case missing
        /// The system refuses; the text is its own.
        case unreadable(String)
        /// The file became shorter or longer while it was read.
        case changedWhileRead
        /// A name or a link is longer than an archive can hold, or its size is.
        case tooLong
    }

    /// The file or directory.
    public var path: String
    /// What is wrong.
    public var problem: Problem

    public var description: String {
        switch problem {
        case .missing: "'\(path)' does not exist"
        case .unreadable(let why): "'\(path)' cannot be read: \(why)"
        case .changedWhileRead: "'\(path)' changed while it was read; try again"
        case .tooLong: "'\(path)' does not fit into an archive"
        }
    }
}
