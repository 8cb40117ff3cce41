import SSH

/// A shell on a host, with errors that name the host as its user does.
struct HostShell: Sendable {
    let shell: any RemoteShell
    let hostname: String

    func run(
        _ command: String, input: ShellInput = .none, within time: Duration
    ) async throws(HostSetupError) -> ShellResult {
        do throws(SSHError) {
            return try await shell.run(command, input: input, within: time)
        } catch {
            throw HostSetupError(hostname, error)
        }
    }

    /// A script that needs root's rights, whoever we are. It is never an argument: those everybody on the host can read,
    /// and sudo writes them to its log.
    func runAsRoot(_ script: String, within time: Duration) async throws(HostSetupError) -> ShellResult {
        let command = #"if [ "$(id -u)" = 0 ]; then exec sh -s; else exec sudo -n sh -s; fi"#
        // Read to its end before it begins: what it starts must not read on in its place.
        let text = "all() {\n\(script)\n}\nall </dev/null\n"
        return try await run("sh -c " + shellWord(command), input: .bytes(Array(text.utf8)), within: time)
    }
}

extension ShellResult {
    /// The last of what was said, for an error.
    var words: String {
        let said = (errors + "\n" + output).split(separator: "\n").suffix(3).joined(separator: " ")
        return said.isEmpty ? "exit status \(status)" : String(said.suffix(500))
    }
}

extension HostSetupError {
    /// An error of the connection, which says what to do about it.
    init(_ hostname: String, _ error: SSHError) {
        self.init(hostname: hostname, detail: error.detail, isTransient: error.isTransient)
    }
}
