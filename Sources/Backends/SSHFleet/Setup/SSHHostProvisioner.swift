import FoundationEssentials
import Glibc
import Logging
import SSH
import Wire

/// Sets hosts up over SSH alone: a first command that asks for everything, one that brings the programs, one that
/// starts the shim. A host where all is as it is to be takes the first one only.
public struct SSHHostProvisioner: HostProvisioner {
    public typealias Open = @Sendable (SSHTarget) async throws(SSHError) -> any RemoteShell

    private static let checkTime = Duration.seconds(90)
    private static let uploadTime = Duration.seconds(1800)
    private static let installTime = Duration.seconds(90)
    private static let removeTime = Duration.seconds(240)

    private let open: Open
    private let programs: HostPrograms
    private let logger: Logger

    /// - Parameter open: logs in to a host.
    public init(programs: HostPrograms, logger: Logger, open: @escaping Open) {
        self.open = open
        self.programs = programs
        self.logger = logger
    }

    public func setUp(
        _ request: HostSetupRequest, progress: @escaping @Sendable (HostSetupStep) -> Void
    ) async throws(HostSetupError) -> HostFacts {
        progress(.connecting)
        return try await withShell(request.target, request.hostname) { shell throws(HostSetupError) in
            let facts = try await setUp(request, shell, progress)
            try await prove(request)
            return facts
        }
    }

    /// Logs in as everybody does from now on. That the key's line stands in a file is no proof: the host's sshd may read
    /// another one, or none.
    private func prove(_ request: HostSetupRequest) async throws(HostSetupError) {
        do throws(SSHError) {
            await (try await open(request.settledTarget)).close()
        } catch {
            guard error.code == .authenticationFailed else { throw HostSetupError(request.hostname, error) }
            let user = request.target.hop.user
            throw HostSetupError(
                hostname: request.hostname,
                detail:
                    "does not let '\(user)' in by the project's key, which was added to ~\(user)/.ssh/authorized_keys "
                    + "there: see that its sshd reads that file (AuthorizedKeysFile), takes Ed25519 keys "
                    + "(PubkeyAuthentication, PubkeyAcceptedAlgorithms), and that nobody else may write to the file and its "
                    + "folders (StrictModes); 'sudo sshd -T' on the host shows how it is set")
        }
    }

    public func remove(_ request: HostRemovalRequest) async throws(HostSetupError) {
        let target = request.target
        let host = target.hop.host
        let shell: any RemoteShell
        do throws(SSHError) {
            shell = try await open(target)
        } catch {
            guard error.code == .authenticationFailed else { throw HostSetupError(host, error) }
            // Set-up never came so far as to let the key in, or a removal came so far as to take it out.
            if !request.isSettled || request.isCleaned { return }
            throw HostSetupError(
                hostname: host,
                detail:
                    "its sshd does not let '\(target.hop.user)' in by the project's key any more, so dstack-shim and "
                    + "jobs may still run there. Where \(HostLayout.folder) is still there, run "
                    + "'sudo \(HostLayout.uninstall)' on the host, which ends the jobs and removes all but the key")
        }
        do throws(HostSetupError) {
            let work = HostShell(shell: shell, hostname: host)
            if try await takeBack(request.instanceID, work) {
                // 1. The key goes. 2. The server ends before that is written down. 3. It is not let in any more, and could not
                // tell whether something is left.
                guard await request.cleaned() else {
                    throw HostSetupError(
                        hostname: host, detail: "its removal is not wanted any more", isTransient: true)
                }
                let result = try await work.run(
                    HostScripts.command(AuthorizedKey.removeScript(request.projectKey)), within: Self.checkTime)
                guard result.status == 0 else {
                    throw HostSetupError(
                        hostname: host,
                        detail: "the project's key cannot be taken out of authorized_keys: \(result.words)")
                }
            }
            await shell.close()
        } catch {
            await shell.close()
            throw error
        }
    }

    /// Ends an instance's tasks and removes what its set-up made, but the key.
    ///
    /// - Returns: false where the host is another instance's: then it is left as it is.
    private func takeBack(_ instanceID: String, _ work: HostShell) async throws(HostSetupError) -> Bool {
        let result = try await work.runAsRoot(HostScripts.remove(instance: instanceID), within: Self.removeTime)
        switch result.status {
        case 0: return true
        case HostScripts.takenStatus:
            logger.info(
                "a host is another instance's by now: it is left as it is", metadata: ["host": "\(work.hostname)"])
            return false
        case HostScripts.tasksLeftStatus:
            throw HostSetupError(
                hostname: work.hostname,
                detail: "jobs did not end there (\(result.words)); does its Docker Engine run?", isTransient: true)
        case HostScripts.busyStatus:
            throw HostSetupError(hostname: work.hostname, detail: result.words, isTransient: true)
        default:
            throw HostSetupError(
                hostname: work.hostname, detail: "what dstack left there cannot be removed: \(result.words)")
        }
    }

    /// Starts the shim of a host that was set up, where it does not run.
    ///
    /// - Parameter target: by the project's key.
    public func start(_ target: SSHTarget) async throws(HostSetupError) {
        try await withShell(target, target.hop.host) { shell throws(HostSetupError) in
            let work = HostShell(shell: shell, hostname: target.hop.host)
            let result = try await work.runAsRoot(HostScripts.start(hasSystemd: nil), within: Self.installTime)
            guard result.status == 0 else {
                throw HostSetupError(
                    hostname: target.hop.host, detail: "its dstack-shim cannot be started: \(result.words)")
            }
        }
    }

    // MARK: Steps

    private func setUp(
        _ request: HostSetupRequest, _ shell: any RemoteShell, _ progress: @escaping @Sendable (HostSetupStep) -> Void
    ) async throws(HostSetupError) -> HostFacts {
        progress(.checking)
        let found: HostPrograms.Found
        do {
            found = try await programs.read()
        } catch {
            throw HostSetupError(hostname: request.hostname, detail: "cannot be set up: \(error)")
        }
        if let name = request.env.keys.sorted().first(where: { !Self.isName($0) }) {
            throw HostSetupError(hostname: request.hostname, detail: "'\(name)' in 'env' is not a variable's name")
        }
        let work = HostShell(shell: shell, hostname: request.hostname)
        let check = try await look(work, request)
        let files = HostFile.all(env: request.env, hasSystemd: check.hasSystemd)
        let digests = Dictionary(
            uniqueKeysWithValues: files.map { ($0.path, HostProgramFiles.digest(of: $0.text)) })
        let plan = try HostPlan(check, request, programs: found.programs, machine: found.machine, files: digests)
        try await seeForwarding(shell, request)
        guard await request.touch() else {
            throw HostSetupError(hostname: request.hostname, detail: "it is not wanted any more", isTransient: true)
        }
        if plan.isDone { return plan.facts(check, check.report?.info) }
        progress(.uploading(percent: 0))
        try await bring(plan.missing, request, check, work, progress)
        progress(.installing)
        // What answered before may have been another one's: now a program of ours is there to ask.
        var before = check.report
        if before == nil || !plan.missing.isEmpty {
            before = try await ask(work, within: Self.checkTime)
            try HostPlan.checkPort(before, isOurs: check.mark != nil, request)
        }
        let isWritten = HostPlan.isWritten(check, digests)
        let restart = HostPlan.replaces(before, isWritten: isWritten)
        progress(.verifying)
        let script = HostScripts.install(
            files, instance: request.instanceID, hasSystemd: check.hasSystemd, restart: restart)
        let isKept = before?.isTaken == true && !restart
        let result = try await work.runAsRoot(script, within: Self.installTime)
        return try verify(result, plan, check, request, isKept: isKept)
    }

    /// Asks the host for everything at once. What an ended instance of this server left there is removed before.
    private func look(_ work: HostShell, _ request: HostSetupRequest) async throws(HostSetupError) -> HostCheck {
        let check = try await askAll(work, request)
        // 1. A host is off. 2. Its fleet is deleted, and the removal given up. 3. It is on again, and named by a new fleet:
        // nobody else would take the claim away.
        guard let mark = check.mark, mark.instance != request.instanceID,
            check.root == .isRoot || check.root == .bySudo,
            let leftover = await request.leftover(mark.instance)
        else { return check }
        logger.info(
            "what an ended instance left on a host is removed",
            metadata: ["host": "\(request.hostname)", "instance": "\(mark.instance)"])
        // Before the claim, which is all that tells of the key.
        if let key = leftover.projectKey { try await takeOut(key, of: mark, work, request) }
        _ = try await takeBack(mark.instance, work)
        return try await askAll(work, request)
    }

    /// Takes another project's key out, which its instance's set-up has let in. A host where that cannot be done is still
    /// good: the key opens what it opened before.
    private func takeOut(
        _ key: String, of mark: HostMark, _ work: HostShell, _ request: HostSetupRequest
    ) async throws(HostSetupError) {
        let login = request.target.hop.user
        let user = mark.user.isEmpty ? login : mark.user
        let script = AuthorizedKey.removeScript(key)
        let result =
            if user == login {
                try await work.run(HostScripts.command(script), within: Self.checkTime)
            } else {
                try await work.runAsRoot(HostScripts.command(script, asUser: user), within: Self.checkTime)
            }
        if result.status == 0 { return }
        logger.warning(
            "the key of a project that has nothing on a host any more could not be taken out of authorized_keys there",
            metadata: ["host": "\(request.hostname)", "user": "\(user)", "error": "\(result.words)"])
    }

    private func askAll(_ work: HostShell, _ request: HostSetupRequest) async throws(HostSetupError) -> HostCheck {
        let asked = try await work.run(
            "sh -s", input: .bytes(Array(HostCheckScript.text(projectKey: request.projectKey).utf8)),
            within: Self.checkTime)
        guard asked.status == 0 else {
            throw HostSetupError(
                hostname: request.hostname, detail: "does not run a shell's commands for its user: \(asked.words)")
        }
        return HostCheck(asked.output)
    }

    /// Lets the key in, claims the host and brings what it lacks.
    private func bring(
        _ missing: [HostProgram], _ request: HostSetupRequest, _ check: HostCheck, _ work: HostShell,
        _ progress: @escaping @Sendable (HostSetupStep) -> Void
    ) async throws(HostSetupError) {
        let archive: HostArchive.File?
        do {
            archive = missing.isEmpty ? nil : try await offPool { try HostArchive.write(missing) }
        } catch {
            throw HostSetupError(hostname: request.hostname, detail: "cannot be set up: \(error)")
        }
        defer { archive?.remove() }
        let claim = HostScripts.command(
            HostScripts.claim(request, hasArchive: archive != nil), bySudo: check.root == .bySudo)
        let script = AuthorizedKey.addScript(request.projectKey) + "exec " + claim + HostScripts.clientWord
        let input = archive.map { file in
            ShellInput.file(path: file.path) { progress(.uploading(percent: min(100, $0 * 100 / max(1, file.size)))) }
        }
        let result = try await work.run(
            HostScripts.command(script), input: input ?? .none, within: Self.uploadTime)
        if result.status == HostScripts.takenStatus, let mark = HostMark(result.output) {
            throw HostPlan.taken(mark, request)
        }
        guard result.status == 0 else {
            throw HostSetupError(
                hostname: request.hostname,
                detail: "the programs cannot be put into \(HostLayout.folder): \(result.words)",
                isTransient: result.status == HostScripts.busyStatus)
        }
    }

    /// Every connection to the host's agents is forwarded by its sshd. One that forbids that is named before anything is
    /// brought; whether something answers behind it is seen later.
    private func seeForwarding(_ shell: any RemoteShell, _ request: HostSetupRequest) async throws(HostSetupError) {
        guard let session = shell as? any HostSession else { return }
        do throws(SSHError) {
            Glibc.close(try await session.socket(to: "127.0.0.1", port: HostLayout.shimPort))
        } catch {
            if error.code == .forwardingRefused { throw HostSetupError(request.hostname, error) }
        }
    }

    private func ask(_ work: HostShell, within time: Duration) async throws(HostSetupError) -> ShimReport? {
        let command = "\(HostLayout.shim) --ask 0 --shim-http-port \(HostLayout.shimPort)"
        let result = try await work.runAsRoot(command, within: time)
        guard result.status == 0, let report = Self.report(result.output) else {
            throw HostSetupError(
                hostname: work.hostname, detail: "cannot run the program \(HostLayout.shim): \(result.words)")
        }
        return report
    }

    private func verify(
        _ result: ShellResult, _ plan: HostPlan, _ check: HostCheck, _ request: HostSetupRequest, isKept: Bool
    ) throws(HostSetupError) -> HostFacts {
        guard result.status == 0, let report = Self.report(result.output) else {
            throw HostSetupError(
                hostname: request.hostname, detail: "dstack-shim cannot be installed: \(result.words)",
                isTransient: result.status == HostScripts.busyStatus)
        }
        guard report.isOwnBuild || isKept, report.health?.service == "dstack-shim" else {
            let log = check.hasSystemd ? "journalctl -u dstack-shim" : "tail \(HostLayout.state)/shim.log"
            throw HostSetupError(
                hostname: request.hostname,
                detail: "dstack-shim was started and does not answer on port \(HostLayout.shimPort); '\(log)' on the "
                    + "host says why")
        }
        guard report.info?.runtime == "docker" else {
            throw HostSetupError(
                hostname: request.hostname,
                detail: "dstack-shim cannot reach the Docker Engine at /var/run/docker.sock; see that it runs there")
        }
        if !report.isOwnBuild {
            logger.info(
                "a host's dstack-shim is of another build and has jobs: it is replaced when it has none",
                metadata: ["host": "\(request.hostname)"])
        }
        return plan.facts(check, report.info)
    }

    // MARK: Shells

    private func withShell<Value: Sendable>(
        _ target: SSHTarget, _ hostname: String, _ body: (any RemoteShell) async throws(HostSetupError) -> Value
    ) async throws(HostSetupError) -> Value {
        let shell: any RemoteShell
        do throws(SSHError) {
            shell = try await open(target)
        } catch {
            throw HostSetupError(hostname, error)
        }
        let result: Result<Value, HostSetupError>
        do throws(HostSetupError) {
            result = .success(try await body(shell))
        } catch {
            result = .failure(error)
        }
        await shell.close()
        return try result.get()
    }

    private static func report(_ output: String) -> ShimReport? {
        guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else { return nil }
        return try? JSONDecoder().decode(ShimReport.self, from: Data(line.utf8))
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy {
            Unicode.Scalar($0).properties.isAlphabetic && $0 < 128 || Unicode.Scalar($0).properties.numericType != nil
                || $0 == UInt8(ascii: "_")
        }
    }
}
