import SSH

/// A shell on a host, with errors that name the host as its user does.
struct HostShell: Sendable {
    let shell: any RemoteShell
    let hostname: String

    /// An sshd that allows one command at a time (`MaxSessions 1`) refuses the next one until it has let go of the last.
    private static let patience = (tries: 40, pause: Duration.milliseconds(50))

    func run(
        _ command: String, input: ShellInput = .none, within time: Duration
    ) async throws(HostSetupError) -> ShellResult {
        var refusals = 0
        while true {
            do throws(SSHError) {
                return try await shell.run(command, input: input, within: time)
            } catch {
                // Refused is not begun: to ask again repeats nothing.
                refusals += 1
                guard error.code == .channelRefused, refusals < Self.patience.tries,
                    await Self.rested(Self.patience.pause)
                else { throw HostSetupError(hostname, error) }
            }
        }
    }

    private static func rested(_ pause: Duration) async -> Bool {
        do {
            try await Task.sleep(for: pause)
            return true
        } catch {
            return false
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
