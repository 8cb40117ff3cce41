/// The system's own `ssh`, for keys that libssh2 cannot use.
///
/// One process holds the connection; each command is one more that goes through it. Keys and settings are in a private
/// folder for as long as it is open.
public final class SystemSSH: RemoteShell {
    private static let path = "/usr/bin/ssh"

    let name: String
    private let files: SystemSSHFiles
    private let master: Program

    private init(name: String, files: SystemSSHFiles, master: Program) {
        self.name = name
        self.files = files
        self.master = master
    }

    deinit {
        master.stop()
        files.remove()
    }

    /// Connects and logs in; then every key that a host on the way showed is judged, before anything is sent.
    ///
    /// - Parameters:
    ///   - time: once its turn has come.
    ///   - logins: who logs in to the same servers.
    static func connect(
        to target: SSHTarget, hostKeys: any HostKeys, within time: Duration, logins: LoginQueue
    ) async throws(SSHError) -> SystemSSH {
        try await logins.turns(at: target.routes[...], for: target.hop.name, within: time) {
            () async throws(SSHError) in try await connect(to: target, hostKeys: hostKeys, within: time)
        }
    }

    private static func connect(
        to target: SSHTarget, hostKeys: any HostKeys, within time: Duration
    ) async throws(SSHError) -> SystemSSH {
        let name = target.hop.name
        let files = try SystemSSHFiles(target, connectWithin: time)
        let began = Began()
        let master: Program
        do throws(Errno) {
            master = try Program.start(
                [
                    path, "-F", files.config, "-o", "ControlPath=\(files.control)", "-o", "ControlMaster=yes",
                    "-o", "PermitLocalCommand=yes", "-o", "LocalCommand=echo ready", "-N", "-T", SystemSSHFiles.target,
                ], environment: ["SSH_ASKPASS": files.folder + "/askpass", "SSH_ASKPASS_REQUIRE": "force"],
                outputBegan: { began.happened() })
        } catch {
            files.remove()
            throw SSHError(
                .unusableKey, host: name,
                detail: "libssh2 cannot use the key and the system's `ssh` cannot be started (\(error.words)); "
                    + "install openssh-client, or give an Ed25519 key")
        }
        // From here on the last reference takes everything down.
        let shell = SystemSSH(name: name, files: files, master: master)
        try await shell.awaitLogin(began, within: time)
        try await shell.judge(hostKeys)
        return shell
    }

    private func awaitLogin(_ began: Began, within time: Duration) async throws(SSHError) {
        let saidSomething = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await began.wait() }
            group.addTask {
                // Cancelled with the group.
                try? await Task.sleep(for: time)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        if Task.isCancelled { throw SSHError(.cancelled, host: name, detail: "the operation was cancelled") }
        if !saidSomething {
            throw SSHError(.timedOut, host: name, detail: "`ssh` did not log in within \(time); is the host up?")
        }
        if master.hasEnded {
            let ending = await master.ending()
            throw SystemSSHWords.error(
                String(decoding: ending.errors, as: UTF8.self), host: name, user: files.target.hop.user)
        }
    }

    private func judge(_ hostKeys: any HostKeys) async throws(SSHError) {
        let shown = files.shownKeys()
        guard shown.count == files.hopCount else {
            throw SSHError(.notSSH, host: name, detail: "`ssh` did not say which keys the hosts showed")
        }
        for (index, (hop, key)) in shown.enumerated() {
            if try await hostKeys.trusts(key, by: hop) { continue }
            throw SSHError.hostKeyChanged(hop, shown: await fingerprint(index) ?? key)
        }
    }

    /// As `ssh-keygen -l` prints it; nil where that cannot be started.
    private func fingerprint(_ index: Int) async -> String? {
        do throws(Errno) {
            let program = try Program.start(["/usr/bin/ssh-keygen", "-l", "-f", files.knownHosts(index)])
            let line = String(decoding: await program.endingOrStop().output, as: UTF8.self)
            return line.split(separator: " ").dropFirst().first.map(String.init)
        } catch {
            return nil
        }
    }

    public func run(_ command: String, input: ShellInput, within time: Duration) async throws(SSHError) -> ShellResult {
        if master.hasEnded { throw lost("`ssh` has ended") }
        let program: Program
        do throws(Errno) {
            program = try Program.start(
                arguments("-T", SystemSSHFiles.target, "--", command), input: input)
        } catch {
            throw SSHError(.connectionLost, host: name, detail: "`ssh` cannot be started: \(error.words)")
        }
        let ending = await withTaskGroup(of: Program.Ending?.self) { group in
            group.addTask { await program.endingOrStop() }
            group.addTask {
                try? await Task.sleep(for: time)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if Task.isCancelled { throw SSHError(.cancelled, host: name, detail: "the operation was cancelled") }
        guard let ending else {
            throw SSHError(
                .timedOut, host: name, detail: "the command did not end within \(time): \(command.prefix(120))")
        }
        if let words = ending.inputFailure { throw SSHError(.cancelled, host: name, detail: words) }
        let errors = String(decoding: ending.errors, as: UTF8.self)
        if ending.status == 255, master.hasEnded { throw lost(errors) }
        return ShellResult(
            status: ending.status, output: String(decoding: ending.output, as: UTF8.self), errors: errors)
    }

    /// An `ssh` that goes through the connection that is there.
    func arguments(_ more: String...) -> [String] {
        [Self.path, "-F", files.config, "-o", "ControlPath=\(files.control)", "-o", "ControlMaster=no"] + more
    }

    private func lost(_ words: String) -> SSHError {
        SSHError(.connectionLost, host: name, detail: "the connection was lost: \(words)")
    }

    public func close() async {
        master.stop()
        _ = await master.ending()
        files.remove()
    }
}
