import FoundationEssentials
import Logging
import SSH
import Synchronization
import Testing
import Wire

@testable import Backends

/// A host that answers commands in the order they come, as written down before.
private final class ScriptedShell: RemoteShell {
    struct State {
        var answers: [ShellResult]
        var commands: [String] = []
        var isClosed = false
    }

    let state: Mutex<State>

    init(_ answers: [ShellResult]) {
        state = Mutex(State(answers: answers))
    }

    func run(_ command: String, input: ShellInput, within time: Duration) async throws(SSHError) -> ShellResult {
        let text: String
        switch input {
        case .none: text = command
        case .bytes(let bytes): text = command + "\n" + String(decoding: bytes, as: UTF8.self)
        case .file(let path, let progress):
            progress(1)
            text = command + "\n<" + path
        }
        let answer = state.withLock { state in
            state.commands.append(text)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else { throw SSHError(.connectionLost, host: "h", detail: "the connection was lost") }
        return answer
    }

    func close() async {
        state.withLock { $0.isClosed = true }
    }
}

/// A shell by a session whose server forwards nothing.
private final class ClosedShell: RemoteShell, HostSession {
    let shell: ScriptedShell

    init(_ shell: ScriptedShell) { self.shell = shell }

    func run(_ command: String, input: ShellInput, within time: Duration) async throws(SSHError) -> ShellResult {
        try await shell.run(command, input: input, within: time)
    }

    func socket(to ip: String, port: Int) async throws(SSHError) -> CInt {
        throw SSHError(
            .forwardingRefused, host: "u@10.0.0.9:22", detail: "its sshd refuses forwarding to \(ip):\(port)")
    }

    func ended() async {}

    func close() async { await shell.close() }
}

/// Refuses each command a few times first, as an sshd does that allows one and has not let go of the last.
private final class SlowSlotShell: RemoteShell {
    let shell: ScriptedShell
    let refusals: Int
    private let refused = Mutex(0)

    init(_ shell: ScriptedShell, refusals: Int) {
        self.shell = shell
        self.refusals = refusals
    }

    func run(_ command: String, input: ShellInput, within time: Duration) async throws(SSHError) -> ShellResult {
        let isRefused = refused.withLock { count in
            count = count == refusals ? 0 : count + 1
            return count > 0
        }
        if isRefused { throw SSHError(.channelRefused, host: "u@10.0.0.9:22", detail: "no further command") }
        return try await shell.run(command, input: input, within: time)
    }

    func close() async { await shell.close() }
}

@Suite struct SSHHostProvisionerTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/host-programs-\(UInt64.random(in: 0 ... .max))"
    private let target = SSHTarget(SSHHop(host: "10.0.0.9", user: "u", identities: []))
    private let settled = SSHTarget(SSHHop(host: "10.0.0.9", user: "u", identities: [.key("the project's")]))

    /// Programs that are two ELF heads.
    private func programs() throws -> HostPrograms {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var head = [UInt8](repeating: 0, count: 64)
        head.replaceSubrange(0..<4, with: [0x7F, 0x45, 0x4C, 0x46])
        head[18] = 62
        for name in ["dstack-shim", "dstack-runner"] {
            try Data(head).write(to: URL(filePath: folder + "/" + name))
        }
        return HostPrograms(folder: folder)
    }

    private func request() -> HostSetupRequest {
        HostSetupRequest(
            hostname: "gpu-box", target: target, settledTarget: settled, projectKey: "ssh-ed25519 AAAAkey p",
            env: ["A": "it's"], instanceID: "i-1")
    }

    private func removal(
        isSettled: Bool = true, isCleaned: Bool = false, cleaned: @escaping @Sendable () async -> Bool = { true }
    ) -> HostRemovalRequest {
        HostRemovalRequest(
            target: target, projectKey: "ssh-ed25519 AAAAkey p", instanceID: "i-1", isSettled: isSettled,
            isCleaned: isCleaned, cleaned: cleaned)
    }

    private func unwanted() -> HostSetupRequest {
        var request = request()
        request.touch = { false }
        return request
    }

    private func provisioner(_ shell: ScriptedShell) throws -> SSHHostProvisioner {
        SSHHostProvisioner(programs: try programs(), logger: Logger(label: "test")) { _ throws(SSHError) in shell }
    }

    private static let report =
        #"{"health":{"service":"dstack-shim","build":"2","version":"0.22.5"},"build":"2","is_taken":true,"#
        + #""live_tasks":0,"info":{"runtime":"docker","runtime_version":"27.0"}}"#

    @Test func aCommandThatIsRefused_isAskedForAgain() async throws {
        let work = HostShell(
            shell: SlowSlotShell(ScriptedShell([ShellResult(status: 0, output: "yes")]), refusals: 3),
            hostname: "gpu-box")
        #expect(try await work.run("true", within: .seconds(1)).output == "yes")
        let never = HostShell(shell: SlowSlotShell(ScriptedShell([]), refusals: .max), hostname: "gpu-box")
        await #expect(
            throws: HostSetupError(hostname: "gpu-box", detail: "no further command", isTransient: true)
        ) {
            _ = try await never.run("true", within: .seconds(1))
        }
    }

    @Test func aFreshHost_isCheckedFilledStartedAndVerified() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fresh = RecordedCheck.ready.split(separator: "@mark")[0] + "@mark\n@files\n"
        let shell = ScriptedShell([
            ShellResult(status: 0, output: String(fresh)), ShellResult(status: 0),
            ShellResult(status: 0, output: #"{"is_taken":false,"build":"2"}"#),
            ShellResult(status: 0, output: Self.report + "\n"),
        ])
        let steps = Mutex<[HostSetupStep]>([])
        let facts = try await provisioner(shell).setUp(request()) { step in steps.withLock { $0.append(step) } }
        #expect(facts.dockerVersion == "27.0")
        #expect(facts.internalIP == "10.176.252.2")
        #expect(steps.withLock { $0.first } == .connecting)
        #expect(steps.withLock { $0.last } == .verifying)
        let commands = shell.state.withLock { $0.commands }
        #expect(commands.count == 4)
        #expect(commands[1].contains("sudo -n sh -c"))
        #expect(commands[1].contains("\n</"))
        #expect(commands[3].contains("systemctl start dstack-shim.service"))
        #expect(shell.state.withLock { $0.isClosed })
    }

    @Test func aHostWhoseServerForwardsNothing_isNamed_beforeAnythingIsBrought() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fresh = RecordedCheck.ready.split(separator: "@mark")[0] + "@mark\n@files\n"
        let shell = ScriptedShell([ShellResult(status: 0, output: String(fresh))])
        let provisioner = SSHHostProvisioner(programs: try programs(), logger: Logger(label: "test")) {
            _ throws(SSHError) in ClosedShell(shell)
        }
        await #expect(
            throws: HostSetupError(
                hostname: "gpu-box", detail: "its sshd refuses forwarding to 127.0.0.1:10998", isTransient: false)
        ) {
            try await provisioner.setUp(request()) { _ in }
        }
        #expect(shell.state.withLock { $0.commands.count } == 1)
        #expect(shell.state.withLock { $0.isClosed })
    }

    /// 1. The key's line is put into a file. 2. The host's sshd reads another one. 3. Nobody could log in once the user's key
    /// is forgotten.
    @Test func aHostThatDoesNotTakeTheProjectsKey_isNotReady_andSaysSo() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fresh = RecordedCheck.ready.split(separator: "@mark")[0] + "@mark\n@files\n"
        let shell = ScriptedShell([
            ShellResult(status: 0, output: String(fresh)), ShellResult(status: 0),
            ShellResult(status: 0, output: #"{"is_taken":false,"build":"2"}"#),
            ShellResult(status: 0, output: Self.report + "\n"),
        ])
        let settled = settled
        let provisioner = SSHHostProvisioner(programs: try programs(), logger: Logger(label: "test")) {
            target throws(SSHError) in
            if target == settled { throw SSHError(.authenticationFailed, host: "h", detail: "no") }
            return shell
        }
        await #expect {
            _ = try await provisioner.setUp(request()) { _ in }
        } throws: { error in
            "\(error)".hasPrefix("gpu-box: does not let 'u' in by the project's key") && "\(error)".contains("sshd -T")
        }
        #expect(shell.state.withLock { $0.isClosed })
    }

    @Test func aHostThatIsTakenMeanwhile_isNamedWithWhoHasIt() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fresh = RecordedCheck.ready.split(separator: "@mark")[0] + "@mark\n@files\n"
        let shell = ScriptedShell([
            ShellResult(status: 0, output: String(fresh)),
            ShellResult(status: HostScripts.takenStatus, output: "instance=i-9\nserver=10.0.0.1\n"),
        ])
        await #expect {
            try await provisioner(shell).setUp(request()) { _ in }
        } throws: {
            "\($0)".hasPrefix("gpu-box: is the host of another fleet already: instance i-9, set up from 10.0.0.1;")
        }
    }

    /// What is put on a host stands in its row before: who goes on after a crash has to know of it.
    @Test func nothingIsPutOnAHost_beforeThatIsWrittenDown() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fresh = RecordedCheck.ready.split(separator: "@mark")[0] + "@mark\n@files\n"
        let shell = ScriptedShell([ShellResult(status: 0, output: String(fresh))])
        await #expect(
            throws: HostSetupError(hostname: "gpu-box", detail: "it is not wanted any more", isTransient: true)
        ) {
            try await provisioner(shell).setUp(unwanted()) { _ in }
        }
        #expect(shell.state.withLock { $0.commands.count } == 1)
    }

    @Test func aLostConnection_isTransient() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let shell = ScriptedShell([])
        await #expect(
            throws: HostSetupError(hostname: "gpu-box", detail: "the connection was lost", isTransient: true)
        ) {
            try await provisioner(shell).setUp(request()) { _ in }
        }
        #expect(shell.state.withLock { $0.isClosed })
    }

    @Test func removing_leavesAnotherInstancesHostAlone_andTakesTheKeyLast() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let others = ScriptedShell([ShellResult(status: HostScripts.takenStatus)])
        try await provisioner(others).remove(removal())
        #expect(others.state.withLock { $0.commands.count } == 1)
        let own = ScriptedShell([ShellResult(status: 0), ShellResult(status: 0)])
        try await provisioner(own).remove(removal())
        #expect(own.state.withLock { $0.commands.last?.contains("authorized_keys") } == true)
    }

    @Test func removing_whereTheKeyIsNotLetIn_isDone() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let provisioner = SSHHostProvisioner(programs: try programs(), logger: Logger(label: "test")) {
            _ throws(SSHError) in throw SSHError(.authenticationFailed, host: "h", detail: "no")
        }
        try await provisioner.remove(removal(isSettled: false))
        try await provisioner.remove(removal(isCleaned: true))
        // One that was in use may still have jobs.
        await #expect {
            try await provisioner.remove(removal())
        } throws: { error in
            "\(error)".contains("jobs may still run there") && "\(error)".contains("sudo /opt/dstack/uninstall")
                && (error as? HostSetupError)?.isTransient == false
        }
    }

    /// 1. A host is off while its fleet is deleted: the removal is given up. 2. It is on again, and named by a new fleet.
    @Test func whatAnEndedInstanceLeft_isRemovedFirst() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fresh = RecordedCheck.ready.split(separator: "@mark")[0] + "@mark\n@files\n"
        let left = RecordedCheck.ready.split(separator: "@mark")[0] + "@mark\ninstance=i-0\n@files\n"
        let shell = ScriptedShell([
            ShellResult(status: 0, output: String(left)), ShellResult(status: 0),
            ShellResult(status: 0, output: String(fresh)), ShellResult(status: 0),
            ShellResult(status: 0, output: #"{"is_taken":false,"build":"2"}"#),
            ShellResult(status: 0, output: Self.report + "\n"),
        ])
        var request = request()
        request.leftover = { $0 == "i-0" ? HostLeftover() : nil }
        let facts = try await provisioner(shell).setUp(request) { _ in }
        #expect(facts.dockerVersion == "27.0")
        let commands = shell.state.withLock { $0.commands }
        #expect(commands.count == 6)
        #expect(commands[1].contains("instance=i-0") && commands[1].contains("--end-tasks"))
        // Another server's stays.
        let others = ScriptedShell([ShellResult(status: 0, output: String(left))])
        request.leftover = { _ in nil }
        await #expect {
            try await provisioner(others).setUp(request) { _ in }
        } throws: {
            "\($0)".contains("is the host of another fleet already: instance i-0")
        }
        #expect(others.state.withLock { $0.commands.count } == 1)
    }

    /// A server that ends between the two could not log in any more to see that nothing is left.
    @Test func theKeyIsTakenOut_onceItIsWrittenDownThatNothingElseIsLeft() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let shell = ScriptedShell([ShellResult(status: 0), ShellResult(status: 0)])
        let before = Mutex(0)
        try await provisioner(shell).remove(
            removal {
                let count = shell.state.withLock { $0.commands.count }
                before.withLock { $0 = count }
                return true
            })
        #expect(before.withLock { $0 } == 1)
        #expect(shell.state.withLock { $0.commands.count } == 2)
        let given = ScriptedShell([ShellResult(status: 0), ShellResult(status: 0)])
        await #expect(throws: HostSetupError.self) {
            try await provisioner(given).remove(removal(cleaned: { false }))
        }
        #expect(given.state.withLock { $0.commands.count } == 1)
    }

    @Test func aScriptThatIsAtIt_makesTheRemovalWait() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let shell = ScriptedShell([ShellResult(status: HostScripts.busyStatus, errors: "dstack sets it up")])
        await #expect(
            throws: HostSetupError(hostname: "10.0.0.9", detail: "dstack sets it up", isTransient: true)
        ) {
            try await provisioner(shell).remove(removal())
        }
    }

    /// The key of a project that has nothing on the host any more goes before the claim, which is all that tells of it.
    @Test(arguments: [("", false), ("u", false), ("other", true)])
    func anotherProjectsKey_isTakenOut_whereItsEndedInstanceLeftIt(_ user: String, _ isBySu: Bool) async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fresh = RecordedCheck.ready.split(separator: "@mark")[0] + "@mark\n@files\n"
        let left = RecordedCheck.ready.split(separator: "@mark")[0] + "@mark\ninstance=i-0\nuser=\(user)\n@files\n"
        let shell = ScriptedShell([
            ShellResult(status: 0, output: String(left)), ShellResult(status: 1, errors: "no such user"),
            ShellResult(status: 0), ShellResult(status: 0, output: String(fresh)), ShellResult(status: 0),
            ShellResult(status: 0, output: #"{"is_taken":false,"build":"2"}"#),
            ShellResult(status: 0, output: Self.report + "\n"),
        ])
        var request = request()
        request.leftover = { _ in HostLeftover(projectKey: "ssh-ed25519 AAAAothers o") }
        _ = try await provisioner(shell).setUp(request) { _ in }
        let commands = shell.state.withLock { $0.commands }
        #expect(commands.count == 7)
        #expect(commands[1].contains("AAAAothers") && commands[1].contains("authorized_keys"))
        #expect(commands[1].contains("su -s /bin/sh") == isBySu)
        #expect(commands[2].contains("--end-tasks"))
    }

    @Test func programsThatAreNotThere_areNamed() async throws {
        let shell = ScriptedShell([])
        let provisioner = SSHHostProvisioner(
            programs: HostPrograms(folder: "/nowhere"), logger: Logger(label: "test")
        ) { _ throws(SSHError) in shell }
        await #expect(
            throws: HostSetupError(
                hostname: "gpu-box",
                detail: "cannot be set up: the program dstack-shim, which a host needs, is not in '/nowhere'; build it "
                    + "(make build)")
        ) {
            try await provisioner.setUp(request()) { _ in }
        }
    }
}
