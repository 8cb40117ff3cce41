/// Why a log cannot be kept or read, in words for the user.
public struct LogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The system's error number.
    public let code: Int32
    public let description: String

    init(_ code: Int32, _ what: String) {
        self.code = code
        description = what
    }
}
