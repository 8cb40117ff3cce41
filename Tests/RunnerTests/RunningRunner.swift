import Backends
import CLinux
import FoundationEssentials
import Glibc
import AgentClient
import Wire

@testable import Runner

/// A real `dstack-runner` of this build, in a directory of its own, on a socket that it inherits.
struct RunningRunner {
    let client: NIORunnerClient
    let http = AgentHTTPClient()
    let address: AgentAddress
    let directory: String
    let process: pid_t

    enum Failure: Error {
        case setup(String)
    }

    /// Starts one for `body`, and ends it and its job whatever happens.
    static func with(
        _ options: [String] = [], environment: [String] = ["PATH=/usr/bin:/bin", "USER=root"],
        _ body: (RunningRunner) async throws -> Void
    ) async throws {
        let runner = try start(options, environment)
        defer {
            kill(runner.process, SIGKILL)
            var status: Int32 = 0
            waitpid(runner.process, &status, 0)
            runner.http.shutdown()
            runner.client.release()
            do { try FileManager.default.removeItem(atPath: runner.directory) } catch { print("left behind: \(error)") }
        }
        try await body(runner)
    }

    private static func start(_ options: [String], _ environment: [String]) throws -> RunningRunner {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isListening else { throw Failure.setup("listen: \(errno)") }
        defer { close(listener) }

        let directory = "/tmp/dstack-runner-test-\(UUID().uuidString.lowercased())"
        let program = builtProgram()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Nothing else of the tests beside this one: what a runner inherits stays open for as long as it lives.
        let inherited: Int32 = 3
        posix_spawn_file_actions_adddup2(&actions, listener, inherited)
        clinux_spawn_close_from(&actions, inherited + 1)
        var process: pid_t = 0
        let arguments = [program, "start", "--temp-dir", directory, "--listen-fd", "\(inherited)"] + options
        let result = CStrings.with(arguments) { argv in
            CStrings.with(environment) { envp in posix_spawn(&process, program, &actions, nil, argv, envp) }
        }
        guard result == 0 else { throw Failure.setup("start '\(program)': \(result)") }
        let address = AgentAddress.tcp(ip: "127.0.0.1", port: Int(UInt16(bigEndian: name.sin_port)))
        return RunningRunner(
            client: NIORunnerClient(address: address, requestTime: .seconds(60)), address: address,
            directory: directory, process: process)
    }

    /// The product beside the test program.
    private static func builtProgram() -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return JobPath.split(own).parent + "/dstack-runner"
    }

    /// Submits and starts a job.
    @discardableResult
    func start(
        _ commands: [String], quota: Int? = nil, secrets: [String: String] = [:],
        _ change: (inout RunnerJobSpec) -> Void = { _ in }
    ) async throws -> RunnerJobInfo {
        try await client.submit(Self.job(commands, quota: quota, secrets: secrets, change))
        return try await client.run()
    }

    static func job(
        _ commands: [String], quota: Int? = nil, secrets: [String: String] = [:],
        _ change: (inout RunnerJobSpec) -> Void = { _ in }
    ) -> RunnerSubmitRequest {
        var spec = RunnerJobSpec(commands: commands)
        change(&spec)
        return RunnerSubmitRequest(
            run: RunnerRun(id: "run-id", runSpec: RunnerRunSpec(runName: "test-run", repoID: "repo")), jobSpec: spec,
            jobSubmission: RunnerJobSubmission(id: "job-id"),
            clusterInfo: RunnerClusterInfo(jobIPs: ["127.0.0.1"], masterJobIP: "127.0.0.1"), secrets: secrets,
            logQuotaHour: quota)
    }

    /// Follows the stream to its end.
    func outcome(from cursor: RunnerCursor = .init()) async throws -> Outcome {
        let stream = try await client.stream(from: cursor)
        var outcome = Outcome()
        while let frame = try await stream.next() { try outcome.take(frame, from: cursor.logOffset) }
        return outcome
    }

    /// Reads the stream until `isEnough`, then lets go of it.
    func stream(
        from cursor: RunnerCursor = .init(), until isEnough: (Outcome) -> Bool
    ) async throws -> Outcome {
        let stream = try await client.stream(from: cursor)
        var outcome = Outcome()
        while !isEnough(outcome), let frame = try await stream.next() {
            try outcome.take(frame, from: cursor.logOffset)
        }
        await stream.close()
        return outcome
    }

    func get(_ target: String) async throws -> AgentResponse {
        try await http.send(AgentRequest(.get, target), to: address, within: .seconds(120), limit: 64 << 20)
    }

    func post(
        _ target: String, _ body: String = "", contentType: String = "application/json"
    ) async throws -> AgentResponse {
        try await http.send(
            AgentRequest(
                .post, target, headers: [.init("Content-Type", contentType)],
                body: body.isEmpty ? nil : ByteBuffer(string: body)), to: address, within: .seconds(120))
    }
}

/// What a stream told.
struct Outcome {
    var states: [RunnerState] = []
    var log: [UInt8] = []
    var runnerLog: [UInt8] = []
    var endBytes: Int64?
    var logBytesAtFinalState: Int?

    enum Failure: Error {
        case gap(at: Int64, expected: Int64)
    }

    var text: String { String(decoding: log, as: UTF8.self) }
    var final: RunnerState? { states.last }

    mutating func take(_ frame: RunnerFrame, from start: Int64) throws {
        switch frame {
        case .state(let state):
            states.append(state)
            if state.state != .running { logBytesAtFinalState = log.count }
        case .log(let chunk):
            let expected = start + Int64(log.count)
            guard chunk.offset == expected else { throw Failure.gap(at: chunk.offset, expected: expected) }
            log += chunk.bytes
        case .runnerLog(let chunk): runnerLog += chunk.bytes
        case .heartbeat: break
        case .end(let bytes): endBytes = bytes
        }
    }
}
