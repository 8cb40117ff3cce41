import Backends
import Foundation
import Logging
import NIOPosix
import SSH
import Store
import Supervisor
import Testing
import Wire

@testable import JobActors
@testable import Server

/// What an instance's actor asks of its host, and tells it of other instances, over a real store.
@Suite struct InstanceHostTests {
    /// Hosts that are being set up for ever, and whose first removal comes as far as to the key.
    private final class Hosts: Compute, HostProvisioner {
        let (setUps, tellSetUp) = AsyncStream<HostSetupRequest>.makeStream()
        /// Whether each removal knew that nothing but the key was left.
        let (removals, tellRemoval) = AsyncStream<Bool>.makeStream()

        var provisioner: any HostProvisioner { self }

        func setUp(
            _ request: HostSetupRequest, progress: @escaping @Sendable (HostSetupStep) -> Void
        ) async throws(HostSetupError) -> HostFacts {
            tellSetUp.yield(request)
            await untilCancelled()
            throw HostSetupError(hostname: request.hostname, detail: "the server died", isTransient: true)
        }

        func remove(_ request: HostRemovalRequest) async throws(HostSetupError) {
            guard await request.cleaned() else {
                throw HostSetupError(hostname: "one", detail: "it is not wanted", isTransient: true)
            }
            tellRemoval.yield(request.isCleaned)
            if request.isCleaned { return }
            await untilCancelled()
            throw HostSetupError(hostname: "one", detail: "the server died", isTransient: true)
        }

        func link(instanceID: String, to address: HostAddress) async -> any HostLink {
            preconditionFailure("no instance here is ever ready")
        }

        private func untilCancelled() async {
            let (never, _continuation) = AsyncStream<Void>.makeStream()
            for await _ in never {}
            withExtendedLifetime(_continuation) {}
        }
    }

    private static func record(
        _ id: String, projectID: String, status: InstanceStatus, machine: InstanceMachine? = nil,
        route: String = "one:22"
    ) throws -> InstanceRecord {
        let access = HostAccess(
            hostname: "one", target: SSHTarget(SSHHop(host: "one", user: "u", identities: [])), shimPort: 10_998)
        return InstanceRecord(
            id: id, projectID: projectID, fleetID: "f", name: id, instanceNum: 0, createdAt: Timestamp(microseconds: 1),
            backend: "remote", region: "remote", price: 0, instanceType: [], hostname: "one", slots: 1,
            status: status.rawValue, state: try machine.map { [UInt8](try JSONEncoder().encode($0)) },
            connection: [UInt8](try JSONEncoder().encode(access)), route: route)
    }

    /// Runs `body` with a server and a thread for the actors: one that another test keeps busy would not come to them.
    private static func with(
        _ body: @escaping @Sendable (ServerFixture, EventLoopExecutor) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let executor = EventLoopExecutor(loop: group.next())
        let result: Result<Void, any Error>
        do {
            result = .success(try await ServerFixture.with { try await body($0, executor) })
        } catch {
            result = .failure(error)
        }
        try await group.shutdownGracefully()
        try result.get()
    }

    /// An actor of a stored instance.
    private static func actor(
        _ id: String, on server: ServerFixture, _ executor: EventLoopExecutor, _ hosts: Hosts
    ) async throws -> InstanceActor {
        var logger = Logger(label: "instance")
        logger.logLevel = .critical
        return try InstanceActor(
            record: try #require(try await server.store.instance(id: id)),
            environment: Environment(
                executor: executor,
                clock: SystemEngineClock(), newID: ServerClock.system.newID, jitter: { 0 }, store: server.store,
                logs: server.logs, logger: logger), compute: hosts,
            isLive: { _ in true }, changed: { _ in })
    }

    /// 1. Nothing is left on the host but the key. 2. The key goes. 3. The server dies before that is written down. 4. The next
    /// one repeats the removal.
    @Test func aRemovalThatIsRepeated_knowsThatNothingButTheKeyWasLeft() async throws {
        try await Self.with { server, executor in
            let now = SystemEngineClock().now()
            let machine = InstanceMachine(
                isHost: true,
                state: .terminating(
                    .init(
                        ending: .init(reason: .terminatedByUser), deadline: now.advanced(by: .seconds(240)), attempt: 1,
                        phase: .trying(since: now))))
            try await server.store.commit(
                Change(writes: [
                    .insertInstance(
                        try Self.record("i", projectID: server.mainProjectID, status: .terminating, machine: machine))
                ]))
            let hosts = Hosts()
            var removals = hosts.removals.makeAsyncIterator()
            let first = try await Self.actor("i", on: server, executor, hosts)
            let dying = Task { try await first.run() }
            #expect(await removals.next() == false)
            dying.cancel()
            _ = await dying.result
            let second = try await Self.actor("i", on: server, executor, hosts)
            try await second.run()
            #expect(await removals.next() == true)
            let row = try #require(try await server.store.instance(id: "i"))
            #expect(row.status == InstanceStatus.terminated.rawValue)
            #expect(row.terminationMessage == nil)
        }
    }

    @Test func anotherProjectsKey_isLeftOver_whereThatHasNothingOnTheHostAnyMore() async throws {
        try await Self.with { server, executor in
            let made = try await server.post("/api/projects/create", #"{"project_name": "other"}"#)
            #expect(made.status == 200, "\(made.text)")
            let other = try #require(try await server.store.project(named: "other", roleOf: "nobody")?.project)
            let own = server.mainProjectID
            try await server.store.commit(
                Change(writes: [
                    .insertInstance(try Self.record("i", projectID: own, status: .pending, machine: InstanceMachine())),
                    .insertInstance(try Self.record("own", projectID: own, status: .terminated)),
                    .insertInstance(try Self.record("other", projectID: other.id, status: .terminated)),
                    .insertInstance(try Self.record("far", projectID: other.id, status: .idle, route: "two:22")),
                ]))
            let hosts = Hosts()
            var setUps = hosts.setUps.makeAsyncIterator()
            let actor = try await Self.actor("i", on: server, executor, hosts)
            let running = Task { try await actor.run() }
            let request = try #require(await setUps.next())
            let key = other.keys.publicKey.trimmingCharacters(in: .newlines)
            #expect(await request.leftover("nobody's") == nil)
            #expect(await request.leftover("far") == nil)
            #expect(await request.leftover("own") == HostLeftover())
            #expect(await request.leftover("other") == HostLeftover(projectKey: key))
            // By another way it may be the same host.
            try await server.store.commit(
                Change(writes: [
                    .insertInstance(
                        try Self.record("near", projectID: other.id, status: .terminating, route: "gate:22 one:22"))
                ]))
            #expect(await request.leftover("other") == HostLeftover())
            running.cancel()
            _ = await running.result
        }
    }
}
