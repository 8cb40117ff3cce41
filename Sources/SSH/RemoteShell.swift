/// Commands and files on another machine: all that setting up a host needs.
///
/// `SSHSession` is one; `SystemSSH`, which starts the system's own `ssh`, is another, for keys that libssh2 cannot use.
public protocol RemoteShell: Sendable {
    /// Runs a command by the user's shell and collects what it prints, at most 1 MiB of each stream.
    ///
    /// A status other than 0 is an answer, not an error.
    ///
    /// - Parameters:
    ///   - input: what the command reads.
    ///   - time: after which it is given up; the connection stays.
    /// - Throws: `SSHError`.
    func run(_ command: String, input: ShellInput, within time: Duration) async throws(SSHError) -> ShellResult

    /// Lets go of the connection.
    func close() async
}

/// What a remote command reads.
public enum ShellInput: Sendable {
    case none
    case bytes([UInt8])
    /// A file of this machine, sent piece by piece.
    ///
    /// - `progress` is told of the bytes that were sent so far.
    case file(path: String, progress: @Sendable (Int) -> Void)
}

/// How a remote command ended.
public struct ShellResult: Sendable, Equatable {
    /// Exit status; 128 and the signal's number where a signal ended it.
    public var status: Int
    public var output: String
    public var errors: String

    public init(status: Int, output: String = "", errors: String = "") {
        self.status = status
        self.output = output
        self.errors = errors
    }
}
