import Backends
import Foundation
import JobActors
import Logging
import NIOPosix
import Store
import Supervisor
import Testing
import Wire
import SSH

@testable import Server

/// The real engine, store, shim and runner, with actors killed in the middle of a run.
@Suite struct KilledActorTests {
    @Test func actorsKilledMidRun_areRehydrated_andNoLogByteIsLostOrDoubled() async throws {
        // The job goes on to its next lines when it is told to, so it lives for as long as its actors are killed.
        let gates = NSTemporaryDirectory() + "gates-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: gates, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: gates) }
        try await withEngine { supervisor, store, logs in
            let run = try await supervisor.submit(
                submission(
                    store,
                    command: "for b in 0 1 2 3 4; do until [ -e \(gates)/$b ]; do sleep 0.01; done; "
                        + "for i in $(seq 1 80); do echo line $((b * 80 + i)); sleep 0.005; done; done"))
            let job = try #require(try await store.jobs(runID: run.id).first)
            let log = LogName(projectID: run.projectID, runID: run.id, jobID: job.id, kind: .job)
            var changes = logs.changes(of: log).makeAsyncIterator()
            for block in 0..<5 {
                #expect(FileManager.default.createFile(atPath: "\(gates)/\(block)", contents: nil))
                // The log has grown: the job runs and is followed.
                #expect(await changes.next() != nil)
                await supervisor.kill(id: job.id)
                await supervisor.kill(id: run.id)
            }
            while await changes.next() != nil {}
            let ended = try await finished(run.id, store)
            #expect(ended.status == .done)
            let text = String(decoding: try await logs.read(log, from: 0, limit: 1 << 20), as: UTF8.self)
            #expect(text == (1...400).map { "line \($0)\r\n" }.joined())
            #expect(try await store.jobs(runID: run.id).count == 1)
        }
    }

    /// The run once it has its final status, told by the feed.
    private func finished(_ id: String, _ store: SQLiteStore) async throws -> RunRecord {
        let events = store.feed.subscribe()
        if let run = try await store.run(id: id), run.status.isFinished { return run }
        for await event in events where event.draft.kind == .run && event.draft.runID == id {
            if let run = try await store.run(id: id), run.status.isFinished { return run }
        }
        throw StoreError.unavailable("the feed ended before the run")
    }

    private func submission(_ store: SQLiteStore, command: String) throws -> RunSubmission {
        let json = """
            {"run_name": "long", "configuration": {"type": "task", "name": "long", "commands": ["\(command)"]}}
            """
        let spec = try WireJSON.decode(RunSpec.self, from: Array(json.utf8), unknownFields: .rejected)
            .effective(userKey: "ssh-ed25519 AAAA")
        return try RunSubmission(
            spec: spec, projectID: "project", userID: "user", planner: JobPlanner(), key: nil)
    }

    /// An engine over this machine; its shim is ended with it.
    private func withEngine(
        _ body: (Supervisor, SQLiteStore, FileLogStore) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "engine-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var logger = Logger(label: "engine")
        logger.logLevel = .critical
        let store = try SQLiteStore(path: folder + "/dstack.db", keyring: try Keyring(keys: [.random(id: "k")]))
        let logs = FileLogStore(directory: folder + "/logs")
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/dstack-shim"
        let shim = LocalShim(directory: folder, program: program, logger: logger)
        try await LocalFleet.place(
            in: store, projectID: "project", resources: LocalMachine.resources(disk: folder), slots: 4,
            clock: .system)
        let sessions = try SSHLoop()
        let supervisor = Supervisor(
            environment: Environment(
                executor: EventLoopExecutor(loop: MultiThreadedEventLoopGroup.singleton.next()),
                clock: SystemEngineClock(), newID: ServerClock.system.newID, jitter: { Double.random(in: 0..<1) },
                store: store, logs: logs, logger: logger),
            compute: Machines(
                shim: shim, knownHosts: StoredHostKeys(store: store, clock: .system),
                sessions: sessions,
                logger: logger),
            archives: StoredArchives(
                archives: try FileArchives(store: store, directory: folder + "/archives"), store: store))
        let running = Task { try await supervisor.run() }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(supervisor, store, logs))
        } catch {
            result = .failure(error)
        }
        running.cancel()
        _ = await running.result
        await sessions.shutDown()
        try await shim.client.shutdown()
        try await store.close()
        while FileManager.default.fileExists(atPath: folder) {
            // The shim that leaves deletes its files beside us: what is gone already is no failure.
            try? FileManager.default.removeItem(atPath: folder)
        }
        try result.get()
    }
}
