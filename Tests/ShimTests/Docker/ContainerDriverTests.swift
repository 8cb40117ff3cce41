import AgentServer
import Synchronization
import Testing
import Wire

@testable import Shim

/// The driver against an engine that a test plays.
@Suite(.timeLimit(.minutes(1))) struct ContainerDriverTests {
    private static let runner = RunnerLauncher(program: "/r", port: 10999, logLevel: "info", tools: nil)
    private static let image = DockerImage(id: "sha256:1")

    /// Serves an engine's requests for `body`.
    private static func with(_ router: Router, _ body: (DockerEngine) async throws -> Void) async throws {
        let path = "/tmp/shim-engine-\(UInt64.random(in: 0 ... .max))"
        let server = AgentServer(router: router)
        let listening = try await server.listen(on: .unix(path: path))
        let serving = Task { try await server.serve(listening) }
        let result: Result<Void, any Error>
        do { result = .success(try await body(DockerEngine(socket: path))) } catch { result = .failure(error) }
        serving.cancel()
        _ = await serving.result
        try await server.shutDown()
        try result.get()
    }

    private static func driver(_ engine: DockerEngine, gpus: GPUKind = .none) -> ContainerDriver {
        ContainerDriver(
            engine: engine, runner: runner, gpus: { gpus }, gpusKnown: gpus.count, shim: "s",
            log: ShimLog(level: .error))
    }

    private static func record(gpus: Int = 0) -> ContainerRecord {
        ContainerRecord(
            id: "t", name: "n",
            request: ContainerRequest(ShimTaskRequest(id: "t", name: "n", imageName: "box", gpu: gpus), address: nil),
            machine: ContainerMachine())
    }

    private static func outcome(
        _ driver: ContainerDriver, _ effect: ContainerMachine.Effect, _ record: ContainerRecord
    ) async -> ContainerDriver.Outcome? {
        let posted = Mutex<ContainerDriver.Outcome?>(nil)
        await driver.perform(effect, record, nil) { outcome in posted.withLock { $0 = outcome } }
        return posted.withLock { $0 }
    }

    /// An engine refuses to read the log of a container that it calls dead.
    @Test func aDeadContainer_ends_thoughItsLogCannotBeHad() async throws {
        var router = Router()
        router.on(.POST, "/v1.41/containers/{name}/wait") { _ in .text("{}") }
        router.on(.GET, "/v1.41/containers/{name}/json") { _ in
            .text(#"{"Id": "1", "State": {"Status": "dead", "ExitCode": 137}}"#)
        }
        router.on(.GET, "/v1.41/containers/{name}/logs") { _ in
            throw HTTPFailure(.conflict, "can not get logs from container which is dead or marked for removal")
        }
        try await Self.with(router) { engine in
            guard case .exited(let exit) = await Self.outcome(Self.driver(engine), .watch, Self.record()) else {
                Issue.record("no end was told")
                return
            }
            #expect(exit == .init(status: 137, isOutOfMemory: false, log: ""))
        }
    }

    @Test func aJobThatAsksForGPUs_whoseDriverIsGone_failsWithWords() async throws {
        try await Self.with(Router()) { engine in
            let outcome = await Self.outcome(Self.driver(engine), .start(Self.image), Self.record(gpus: 4))
            guard case .failed("creating_container_error", let message) = outcome else {
                Issue.record("it did not fail: \(String(describing: outcome))")
                return
            }
            #expect(message.hasPrefix("the job asks for 4 GPUs and the host shows 0"))
        }
    }

    /// 1. The request is sent. 2. Its caller is cancelled. 3. The engine makes the container. Only then may it be deleted.
    @Test func aRequestForAContainer_comesToItsEnd_thoughItsCallerIsCancelled() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let made = Mutex(false)
        var router = Router()
        router.on(.POST, "/v1.41/containers/create") { _ in
            arrived.finish()
            for await _ in gate {}
            made.withLock { $0 = true }
            return .text(#"{"Id": "1"}"#)
        }
        try await Self.with(router) { engine in
            let plan = ContainerPlan(
                Self.record().request, Self.image, task: "t", shim: "s", runner: Self.runner, gpus: .none)
            let creating = Task { try await engine.createToTheEnd("n", plan) }
            for await _ in arrivals {}
            creating.cancel()
            async let result = creating.result
            opener.finish()
            let ended = await result
            #expect(made.withLock { $0 })
            #expect(throws: CancellationError.self) { try ended.get() }
        }
    }

    @Test func aContainerIsDeleted_onceWhatWasCancelledHasReturned() async {
        var effects = OwedEffects()
        var before: [Int] = []
        func reconcile(_ owed: [ContainerMachine.Effect]) -> [Task<Void, Never>] {
            var started: [Task<Void, Never>] = []
            effects.reconcile(owed: owed) { _, _, after in
                before.append(after.count)
                let task = Task {
                    for task in after { await task.value }
                }
                started.append(task)
                return task
            }
            return started
        }
        let (held, hold) = AsyncStream<Void>.makeStream()
        let cancelled = Flag()
        effects.reconcile(owed: [.start(Self.image)]) { _, _, _ in
            Task {
                await Task {
                    for await _ in held {}
                }.value
                if Task.isCancelled { cancelled.raise() }
            }
        }
        let removal = reconcile([.remove])
        #expect(before == [1])
        hold.finish()
        await removal[0].value
        #expect(cancelled.isUp)
        // What watches a container is no reason to wait.
        _ = reconcile([.watch])
        #expect(before == [1, 0])
    }

    private final class Flag: Sendable {
        private let state = Mutex(false)
        var isUp: Bool { state.withLock { $0 } }
        func raise() { state.withLock { $0 = true } }
    }

    /// Seconds at which something failed (`false`) or went well, and whether the last failure is too much.
    @Test(
        arguments: [
            ([(0, false)], false), ([(0, false), (300, false)], false), ([(0, false), (301, false)], true),
            // A pull of an hour, and then the engine goes away.
            ([(3600, false), (3610, false)], false), ([(0, false), (290, true), (310, false)], false),
            ([(0, false), (290, true), (310, false), (611, false)], true),
        ] as [([(Int, Bool)], Bool)])
    func patience_isCountedFromTheFirstFailureInARow(_ told: [(Int, Bool)], _ isOver: Bool) {
        let patience = PatienceWithEngine(.seconds(300))
        let start = ContinuousClock.now
        var last = false
        for (second, isWell) in told {
            if isWell {
                patience.progressed()
            } else {
                last = patience.isOver(afterFailureAt: start + .seconds(second))
            }
        }
        #expect(last == isOver)
    }
}
