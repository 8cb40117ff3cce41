import Glibc

/// A call to the system that failed.
struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was tried, to which thing: "open '/tmp/x'".
    let action: String
    /// errno.
    let code: Int32

    init(_ action: String, code: Int32 = errno) {
        self.action = action
        self.code = code
    }

    /// Whether the same may succeed once the disk has room.
    var isFullDisk: Bool { code == ENOSPC || code == EDQUOT }

    var description: String { "cannot \(action): \(reason)" }

    /// The system's words for the code.
    var reason: String { String(cString: strerror(code)) }
}
