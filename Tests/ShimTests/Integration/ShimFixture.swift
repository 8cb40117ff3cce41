import Backends
import FoundationEssentials
import Glibc
import AgentClient
import HostTools
import Testing
import Threads
import Wire

@testable import Shim

/// A real shim on a directory of its own, with a runner that the test writes as a shell script.
///
/// The script can tell the test things by `tell WORD…`.
final class ShimFixture: Sendable {
    let directory: String
    let client: NIOShimClient
    private let groups: GroupRoot.Choice
    private let runner: String
    /// The fifo, open for as long as the test runs.
    private let ear: Int32

    var home: String { directory + "/home" }
    var socket: String { directory + "/s" }
    private var fifo: String { directory + "/fifo" }

    /// Runs a test on a fixture. Whatever happens, the shim and its tasks are ended; the directory of a test that throws
    /// stays for whoever looks for the reason.
    static func with(
        groups: GroupRoot.Choice = .automatic, runner script: String = "exec sleep 1000", realRunner: Bool = false,
        _ body: (ShimFixture) async throws -> Void
    ) async throws {
        let fixture = try ShimFixture(groups, realRunner ? nil : script)
        do {
            try await body(fixture)
            try await fixture.cleanUp()
            try FileManager.default.removeItem(atPath: fixture.directory)
        } catch {
            try await fixture.cleanUp()
            throw error
        }
    }

    private init(_ groups: GroupRoot.Choice, _ script: String?) throws {
        directory = "/tmp/shim-test-\(String(UInt64.random(in: 0 ... .max), radix: 16))"
        self.groups = groups
        runner = script == nil ? Self.product("dstack-runner") : directory + "/runner"
        client = NIOShimClient(address: .unix(path: directory + "/s"), requestTime: .seconds(60))
        try FileBytes.makeDirectory(directory)
        mkfifo(directory + "/fifo", 0o600)
        ear = open(directory + "/fifo", O_RDWR | O_CLOEXEC)
        guard let script else { return }
        let text = "#!/bin/bash\ntell() { echo \"$*\" > '\(fifo)'; }\n\(script)\n"
        try shell("printf %s \"$1\" > '\(runner)' && chmod 755 '\(runner)'", text)
    }

    /// Writes what is executed. Where this process wrote it, a child that another test starts just then would hold it open
    /// for writing, and it could not be executed.
    func shell(_ command: String, _ argument: String = "") throws {
        let writer = try spawn(["/bin/bash", "-c", command, "sh", argument])
        var status: Int32 = 0
        while waitpid(writer, &status, 0) < 0 && errno == EINTR {}
        try #require(status == 0)
    }

    /// A program of this package, beside the tests.
    static func product(_ name: String) -> String {
        let own = CommandLine.arguments[0]
        return (own.lastIndex(of: "/").map { String(own[..<$0]) } ?? ".") + "/" + name
    }

    /// Starts the shim and waits until it answers. Returns its process number.
    ///
    /// - Parameter limit: kilobytes that its files may hold.
    @discardableResult
    func start(fileLimit limit: Int? = nil) async throws -> Int32 {
        let pid = try launch(limit)
        while try await !answers() {
            try #require(kill(pid, 0) == 0, "the shim ended: \(log)")
            await Task.yield()
        }
        return pid
    }

    private func answers() async throws -> Bool {
        do throws(AgentError) {
            return try await client.health().service == "dstack-shim"
        } catch {
            guard case .unreachable = error else { throw error }
            return false
        }
    }

    /// Starts the shim, to be waited for with `ending`.
    func launch(_ limit: Int? = nil) throws -> Int32 {
        let command =
            (limit.map { "trap '' XFSZ; ulimit -f \($0); " } ?? "")
            + "exec '\(Self.product("dstack-shim"))' --shim-home '\(home)' --unix-socket '\(socket)' "
            + "--runner-binary-path '\(runner)' --task-groups \(groups.rawValue) --docker-host none 2>>'\(directory)/log'"
        return try spawn(["/bin/bash", "-c", command])
    }

    /// What the shim printed.
    var log: String { String(decoding: FileBytes.read(directory + "/log", limit: 1 << 20) ?? [], as: UTF8.self) }

    /// Waits for a process that the test started.
    func ending(of pid: Int32) async -> Shim.ExitStatus {
        await blocking {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            return Shim.ExitStatus(waitStatus: status)
        }
    }

    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let run = { @Sendable in continuation.resume(returning: body()) }
            // Without a thread for it, it blocks this one.
            if !PosixThread.start(run) { run() }
        }
    }

    /// SIGKILL to the shim.
    func crash(_ shim: Int32) async {
        kill(shim, SIGKILL)
        _ = await ending(of: shim)
    }

    /// The next line that a script tells.
    func told() async throws -> String {
        await blocking { [ear] in
            var line: [UInt8] = []
            var byte: UInt8 = 0
            while read(ear, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
            return String(decoding: line, as: UTF8.self)
        }
    }

    func submit(_ id: String, name: String = "job", image: String = "") async throws -> ShimTask {
        try await client.submit(ShimTaskRequest(id: id, name: name, imageName: image))
    }

    /// Follows the stream until the task has that status.
    func wait(_ id: String, until status: ShimTaskStatus) async throws -> ShimTask {
        let watch = try await client.watch()
        while let notice = try await watch.next() {
            switch notice {
            case .snapshot(_, let tasks):
                if let task = tasks.first(where: { $0.id == id && $0.status == status }) { return task }
            case .task(let task):
                if task.id == id && task.status == status { return task }
            case .removed, .heartbeat:
                continue
            }
        }
        throw AgentError.unreachable("the stream ended")
    }

    private func spawn(_ command: [String]) throws -> Int32 {
        let (pid, result) = CleanSpawn.start(command)
        try #require(result == 0)
        return pid
    }

    private func cleanUp() async throws {
        client.release()
        close(ear)
        let holder = String(decoding: FileBytes.read(home + "/shim.lock", limit: 32) ?? [], as: UTF8.self)
        if let pid = Int32(holder.filter(\.isNumber)), pid > 1, kill(pid, SIGTERM) == 0 { _ = await ending(of: pid) }
        let (records, _) = (try TaskFiles(home: home)).records.readAll()
        for record in records where record.phase != .terminated {
            do {
                try record.group.kill(mark: record.mark)
            } catch {
                for pid in MarkedProcesses.find(record.mark) { kill(pid, SIGKILL) }
            }
            while !record.group.isEmpty(mark: record.mark) { await Task.yield() }
            _ = record.group.remove()
            if let path = record.group.startDirectory, let cut = path.lastIndex(of: "/") { rmdir(String(path[..<cut])) }
        }
    }
}
