import AgentServer
import Synchronization
import Testing

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

    private static func with(_ body: (Engine, KeeperOnEngine) async throws -> Void) async throws {
        let engine = Engine()
        try await KeeperOnEngine.with(engine.router) { shim in
            // However it ends, the engine is to answer.
            defer { engine.mayMake.finish() }
            try await body(engine, shim)
        }
    }

    /// Ends a task while its container is being made.
    ///
    /// - Returns: the container's name.
    private static func endWhileItIsMade(
        _ engine: Engine, _ keeper: TaskKeeper,
        _ deleted: inout AsyncStream<(name: String, wasThere: Bool)>.Iterator
    ) async throws -> String {
        var asked = engine.asked.makeAsyncIterator()
        _ = try await keeper.submit(KeeperOnEngine.request("t"))
        let name = try #require(await asked.next())
        #expect(try await keeper.terminate(id: "t", KeeperOnEngine.end).status == .terminated)
        #expect(await deleted.next()?.wasThere == false)
        return name
    }

    @Test func aTask_ends_thoughItsContainerIsStillBeingMade_andThatGoesOnceItIsThere() async throws {
        try await Self.with { engine, shim in
            var deleted = engine.deleted.makeAsyncIterator()
            let name = try await Self.endWhileItIsMade(engine, shim.keeper, &deleted)
            try await shim.keeper.remove(id: "t")
            #expect(await shim.keeper.tasks().isEmpty)
            engine.mayMake.finish()
            let late = await deleted.next()
            #expect(late?.name == name)
            #expect(late?.wasThere == true)
        }
    }

    /// 1. The task ends while its container is being made. 2. The shim leaves before that is there. 3. The next one still has
    /// the task's record, and the task is over.
    @Test func aContainerThatCameWhileNoShimWasThere_isRemovedByTheNextOne() async throws {
        try await Self.with { engine, shim in
            var deleted = engine.deleted.makeAsyncIterator()
            let name = try await Self.endWhileItIsMade(engine, shim.keeper, &deleted)
            engine.containers.withLock { _ = $0.insert(name) }
            let next = try shim.next()
            await next.recover()
            let late = await deleted.next()
            #expect(late?.name == name)
            #expect(late?.wasThere == true)
            #expect(try await next.task(id: "t").status == .terminated)
        }
    }
}
