import Glibc

/// Why this machine cannot be used.
public enum LocalError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The shim's program is not where it was looked for.
    case noShim(path: String)
    /// The kernel refused a call.
    case system(call: String, subject: String, errno: Int32)
    /// The shim was started and does not answer.
    case shimSilent(log: String, lastLines: String)
    /// Something else answers on the shim's socket.
    case foreignService(socket: String, name: String)

    public var description: String {
        switch self {
        case .noShim(let path):
            "the program dstack-shim is not at '\(path)'; build it (make build) or name it by DSTACK_SHIM_BINARY_PATH"
        case .system(let call, let subject, let number):
            "\(call) '\(subject)': \(Self.words(for: number))"
        case .shimSilent(let log, let lines):
            "dstack-shim was started and does not answer; its log is '\(log)'"
                + (lines.isEmpty ? "" : ", and ends with:\n\(lines)")
        case .foreignService(let socket, let name):
            "on '\(socket)' answers '\(name)' and not dstack-shim; end it or use another server directory"
        }
    }

    private static func words(for number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }
}
