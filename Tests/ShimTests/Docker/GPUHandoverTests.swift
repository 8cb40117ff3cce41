import AgentServer
import Synchronization
import Testing

@testable import Shim

/// Who comes while a task with the same GPUs is being ended, with a real keeper and an engine that the test plays.
@Suite(.timeLimit(.minutes(1))) struct GPUHandoverTests {
    /// An engine of two cards that takes its time to delete containers.
    private final class Engine: Sendable {
        let containers = Mutex<Set<String>>([])
        let (made, tellMade) = AsyncStream<String>.makeStream()
        let (deleting, tellDeleting) = AsyncStream<String>.makeStream()
        let (leave, mayLeave) = AsyncStream<Void>.makeStream()
        let (end, atEnd) = AsyncStream<Void>.makeStream()

        var router: Router {
            var router = Router()
            router.on(.GET, "/v1.41/images/{name}/json") { _ in .text(#"{"Id": "sha256:1"}"#) }
            router.on(.POST, "/v1.41/containers/create") { [self] request in
                let name = request.query["name"] ?? ""
                containers.withLock { _ = $0.insert(name) }
                tellMade.yield(name)
                return .text(#"{"Id": "1"}"#)
            }
            router.on(.POST, "/v1.41/containers/{name}/start") { _ in .text("") }
            router.on(.GET, "/v1.41/containers/{name}/json") { [self] request in
                let name = request.parameters["name"]
                guard containers.withLock({ $0.contains(name) }) else {
                    throw HTTPFailure(.notFound, "no such container")
                }
                return .text(#"{"Id": "1", "State": {"Status": "running"}}"#)
            }
            router.on(.POST, "/v1.41/containers/{name}/wait") { [self] _ in
                for await _ in end {}
                return .text("{}")
            }
            router.on(.DELETE, "/v1.41/containers/{name}") { [self] request in
                let name = request.parameters["name"]
                tellDeleting.yield(name)
                for await _ in leave {}
                containers.withLock { _ = $0.remove(name) }
                return .text("")
            }
            return router
        }
    }

    @Test func aTask_isGivenCards_onceTheContainerThatHadThemIsGone() async throws {
        let engine = Engine()
        try await KeeperOnEngine.with(engine.router, gpus: 2) { shim in
            let keeper = shim.keeper
            // However it ends, the engine is to answer.
            defer {
                engine.mayLeave.finish()
                engine.atEnd.finish()
            }
            var made = engine.made.makeAsyncIterator()
            var deleting = engine.deleting.makeAsyncIterator()
            _ = try await keeper.submit(KeeperOnEngine.request("old", gpus: 2))
            let old = try #require(await made.next())
            let ending = Task { try await keeper.terminate(id: "old", KeeperOnEngine.end) }
            #expect(await deleting.next() == old)
            // One that wants no card of it does not wait, whatever was asked first.
            _ = try await keeper.submit(KeeperOnEngine.request("new", gpus: 1))
            _ = try await keeper.submit(KeeperOnEngine.request("other"))
            let other = try #require(await made.next())
            #expect(other.contains("other"))
            engine.mayLeave.finish()
            let new = try #require(await made.next())
            #expect(new.contains("new"))
            _ = try await ending.value
            #expect(try await keeper.task(id: "old").status == .terminated)
        }
    }
}
