import Foundation

/// Why a log cannot be kept or read, in words for the user.
public struct LogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The system's error number.
    public let code: Int32
    public let description: String

    init(_ code: Int32, _ what: String) {
        self.code = code
        description = what
    }

    /// There is no room for more of the log now.
    public static func full(_ what: String) -> LogError { LogError(ENOSPC, what) }

    /// A directory of logs cannot be made.
    static func unmade(_ folder: String, _ code: Int32) -> LogError {
        LogError(code, "The log directory '\(folder)' cannot be made: \(String(cString: strerror(code)))")
    }

    /// Whether the log may go on once there is room.
    public var isFull: Bool { code == ENOSPC || code == EDQUOT }
}
