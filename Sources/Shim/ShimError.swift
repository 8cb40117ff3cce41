import FoundationEssentials
import Glibc

/// What goes wrong in the shim: what happened, to which thing, what to do next.
enum ShimError: Error, Equatable, CustomStringConvertible {
    /// A command-line argument or variable that cannot be used.
    case badOption(String)
    /// Another shim works in the same directory.
    case directoryInUse(path: String, holder: String)
    /// The kernel refused a call.
    case system(call: String, subject: String, errno: Int32)
    /// No address of 127.0.0.0/8 has the port free.
    case noAddress(port: Int)
    /// The runner is not there, and cannot be fetched.
    case noRunner(url: String, path: String)
    /// A record that cannot be read.
    case badRecord(path: String, reason: String)

    var description: String {
        switch self {
        case .badOption(let words):
            "\(words); see dstack-shim --help"
        case .directoryInUse(let path, let holder):
            "another dstack-shim (process \(holder)) works in '\(path)'; use that one, end it, or give another"
                + " --shim-home"
        case .system(let call, let subject, let number):
            "\(call) '\(subject)': \(Self.words(for: number))"
        case .noAddress(let port):
            "no loopback address has port \(port) free; give another --runner-http-port or end what listens there"
        case .noRunner(let url, let path):
            "the runner cannot be fetched from '\(url)' to '\(path)': see that this host reaches it and has curl or wget"
        case .badRecord(let path, let reason):
            "the record '\(path)' cannot be read: \(reason)"
        }
    }

    /// Runs a system call that tells failure by a negative result.
    static func checking<Result: SignedInteger>(
        _ call: String, _ subject: String, _ body: () -> Result
    ) throws(ShimError) -> Result {
        let result = body()
        guard result >= 0 else { throw .system(call: call, subject: subject, errno: errno) }
        return result
    }

    private static func words(for number: Int32) -> String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text)
    }
}
