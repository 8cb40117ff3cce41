import AgentServer
import FoundationEssentials
import Synchronization
import Testing
import Wire

@testable import Shim

/// Tasks that end while the engine hangs over the container that it is to make for them, with a real keeper.
@Suite(.timeLimit(.minutes(1))) struct LateContainerTests {
    /// An engine that makes containers once it is let.
    private final class Engine: Sendable {
        let containers = Mutex<Set<String>>([])
        let (asked, tellAsked) = AsyncStream<String>.makeStream()
        let (make, mayMake) = AsyncStream<Void>.makeStream()
        /// Each container that was deleted, with whether it was there.
        let (deleted, tellDeleted) = AsyncStream<(name: String, wasThere: Bool)>.makeStream()

        var router: Router {
            var router = Router()
            router.on(.GET, "/v1.41/images/{name}/json") { _ in .text(#"{"Id": "sha256:1"}"#) }
            router.on(.POST, "/v1.41/containers/create") { [self] request in
                let name = request.query["name"] ?? ""
                tellAsked.yield(name)
                for await _ in make {}
                containers.withLock { _ = $0.insert(name) }
                return .text(#"{"Id": "1"}"#)
            }
            router.on(.GET, "/v1.41/containers/json") { [self] _ in
                let items = containers.withLock { $0.sorted() }.map { "{\"Names\": [\"/\($0)\"]}" }
                return .text("[\(items.joined(separator: ","))]")
            }
            router.on(.GET, "/v1.41/containers/{name}/json") { [self] request in
                let name = request.parameters["name"]
                guard containers.withLock({ $0.contains(name) }) else {
                    throw HTTPFailure(.notFound, "no such container")
                }
                return .text(#"{"Id": "1", "State": {"Status": "created"}}"#)
            }
            router.on(.DELETE, "/v1.41/containers/{name}") { [self] request in
                let name = request.parameters["name"]
                let wasThere = containers.withLock { $0.remove(name) != nil }
                tellDeleted.yield((name, wasThere))
                guard wasThere else { throw HTTPFailure(.notFound, "no such container") }
                return .text("")
            }
            return router
        }
    }

    private static func keeper(_ engine: DockerEngine, in folder: String) throws -> TaskKeeper {
        let log = ShimLog(level: .error)
        let launcher = RunnerLauncher(program: "/r", port: 10999, logLevel: "info", tools: nil)
        let files = try TaskFiles(home: folder)
        return TaskKeeper(
            loop: try ProcessLoop(), bootID: "b", files: files,
            containerRecords: try RecordFiles(directory: folder + "/containers"),
            driver: ContainerDriver(
                engine: engine, runner: launcher, gpus: { .none }, gpusKnown: 0, shim: "s", log: log),
            launcher: launcher, groups: .marked, trash: try TrashBin(path: files.trash) { _ in }, log: log,
            addressSeed: 7, makingPatience: .milliseconds(1), lateLooks: [.zero])
    }

    private static func with(_ body: (Engine, String, TaskKeeper) async throws -> Void) async throws {
        let folder = "/tmp/shim-late-\(UInt64.random(in: 0 ... .max))"
        try FileBytes.makeDirectory(folder)
        let engine = Engine()
        let server = AgentServer(router: engine.router)
        let listening = try await server.listen(on: .unix(path: folder + "/engine"))
        let serving = Task { try await server.serve(listening) }
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body(engine, folder, try keeper(DockerEngine(socket: folder + "/engine"), in: folder)))
        } catch {
            result = .failure(error)
        }
        engine.mayMake.finish()
        serving.cancel()
        _ = await serving.result
        try await server.shutDown()
        try FileManager.default.removeItem(atPath: folder)
        try result.get()
    }

    private static let request = ShimTaskRequest(id: "t", name: "t", imageName: "box", networkMode: "bridge")
    private static let end = ShimTerminateRequest(terminationReason: "", terminationMessage: "", timeout: 0)

    @Test func aTask_ends_thoughItsContainerIsStillBeingMade_andThatGoesOnceItIsThere() async throws {
        try await Self.with { engine, _, keeper in
            var asked = engine.asked.makeAsyncIterator()
            var deleted = engine.deleted.makeAsyncIterator()
            _ = try await keeper.submit(Self.request)
            let name = try #require(await asked.next())
            #expect(try await keeper.terminate(id: "t", Self.end).status == .terminated)
            #expect(await deleted.next()?.wasThere == false)
            try await keeper.remove(id: "t")
            #expect(await keeper.tasks().isEmpty)
            engine.mayMake.finish()
            let late = await deleted.next()
            #expect(late?.name == name)
            #expect(late?.wasThere == true)
        }
    }

    /// 1. The task ends while its container is being made. 2. The shim leaves before that is there. 3. The next one still has
    /// the task's record, and the task is over.
    @Test func aContainerThatCameWhileNoShimWasThere_isRemovedByTheNextOne() async throws {
        try await Self.with { engine, folder, keeper in
            var asked = engine.asked.makeAsyncIterator()
            var deleted = engine.deleted.makeAsyncIterator()
            _ = try await keeper.submit(Self.request)
            let name = try #require(await asked.next())
            #expect(try await keeper.terminate(id: "t", Self.end).status == .terminated)
            #expect(await deleted.next()?.wasThere == false)
            engine.containers.withLock { _ = $0.insert(name) }
            let next = try Self.keeper(DockerEngine(socket: folder + "/engine"), in: folder)
            await next.recover()
            let late = await deleted.next()
            #expect(late?.name == name)
            #expect(late?.wasThere == true)
            #expect(try await next.task(id: "t").status == .terminated)
        }
    }
}
