import Backends
import Foundation
import JobActors
import Logging
import NIOPosix
import Store
import Synchronization
import Testing
import Wire

@testable import Server

/// An instance's row has one writer, whoever wants something of it changed.
@Suite struct InstanceRowTests {
    /// A shim that nobody hears.
    private struct SilentLink: HostLink {
        struct Shim: ShimClient {
            func submit(_ request: ShimTaskRequest) async throws(AgentError) -> ShimTask { throw .unreachable("gone") }
            func task(id: String) async throws(AgentError) -> ShimTask? { throw .unreachable("gone") }
            func terminate(id: String, reason: String, message: String, grace: Int) async throws(AgentError) {}
            func remove(id: String) async throws(AgentError) {}
            func watch() async throws(AgentError) -> any ShimWatch { throw .unreachable("gone") }
        }

        let shim: any ShimClient = Shim()

        func runner(host: String, port: Int) -> any RunnerClient {
            NIORunnerClient(address: .tcp(ip: host, port: port))
        }

        func revive() async throws {}
    }

    private struct SilentMachines: Compute {
        var provisioner: any HostProvisioner { NoHosts() }
        func link(instanceID: String, to address: HostAddress) async -> any HostLink { SilentLink() }
    }

    /// Each look at it finds it six seconds on, and each wait takes a millisecond: one that took none would fill the actor's
    /// mailbox while a row is written, which ends it.
    private final class HurriedClock: EngineClock {
        private let looks = Mutex(0)

        func now() -> Timestamp {
            looks.withLock { looks in
                looks += 1
                return Timestamp(microseconds: Int64(looks) * 6_000_000)
            }
        }

        func sleep(for duration: Duration) async throws {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test func aTypeThatIsShown_andALostShim_areBothWritten() async throws {
        let folder = NSTemporaryDirectory() + "row-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/dstack.db", keyring: try Keyring(keys: [.random(id: "k")]))
        let resources = Resources(cpus: 2, memoryMib: 1024, gpus: [], spot: false)
        try await LocalFleet.place(in: store, projectID: "p", resources: resources, slots: 4, clock: .system)
        let record = try #require(try await store.liveInstances().first)
        var logger = Logger(label: "row")
        logger.logLevel = .critical
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let executor = EventLoopExecutor(loop: group.next())
        let instance = try InstanceActor(
            record: record,
            environment: Environment(
                executor: executor,
                clock: HurriedClock(), newID: ServerClock.system.newID, jitter: { 0 }, store: store,
                logs: FileLogStore(directory: folder + "/logs"), logger: logger), compute: SilentMachines(),
            isLive: { _ in true }, changed: { _ in })
        let events = store.feed.subscribe()
        // As the supervisor starts it: what waits for the pool in between would let the letters become too many.
        let running = Task(executorPreference: executor) { try await instance.run() }
        // Both at once and again and again: one of them comes over the version that the other has written.
        for number in 0..<20 { try await instance.show(type: Array("{\"n\":\(number)}".utf8)) }
        for await event in events where event.draft.message == "Instance became unreachable" { break }
        try await instance.show(type: Array("{\"last\":1}".utf8))
        running.cancel()
        _ = await running.result
        let row = try #require(try await store.liveInstances().first)
        #expect(row.isUnreachable)
        #expect(row.instanceType == Array("{\"last\":1}".utf8))
        try await store.close()
        try await group.shutdownGracefully()
    }
}
