import Backends
import JobActors
import Logging
import Store
import Wire

/// Spawns, watches, wakes and rehydrates the engine's actors.
///
/// Rows are the truth: an actor that fails or is killed is replaced by one made from its row; a message for a
/// row that nobody drives spawns its actor. Actors live in one task group, so that none outlives the supervisor,
/// and none of them ends a job because the server leaves.
public actor Supervisor {
    nonisolated public let environment: Environment
    nonisolated let compute: any Compute
    nonisolated let archives: any ArchiveDirectory
    nonisolated let scheduler: Scheduler
    /// What the actors get to see of this supervisor.
    nonisolated private let surround: @Sendable (Supervisor) -> any Surroundings
    /// An actor that lived for so long begins anew with short waits.
    private static let goodWhile = Duration.seconds(30)
    private var live: [String: Live] = [:]
    private var instances: [String: InstanceActor] = [:]
    /// Ids of the instances that have an actor or are about to.
    private var driven: Set<String> = []
    private var spawns = SpawnQueue()
    private var nodes = NodeBoard()
    private var board = DepartureBoard()

    /// One row that is driven.
    private struct Live {
        var actor: (any EngineActor)?
        var task: Task<Void, any Error>?
        /// Whether a message came after the actor had closed its mailbox.
        var again = false
    }

    nonisolated public var unownedExecutor: UnownedSerialExecutor {
        environment.executor.asUnownedSerialExecutor()
    }

    /// - Parameter surround: puts something between the actors and the supervisor, as a test does.
    public init(
        environment: Environment, compute: any Compute, archives: any ArchiveDirectory,
        surround: @escaping @Sendable (Supervisor) -> any Surroundings = { $0 }
    ) {
        self.surround = surround
        self.environment = environment
        self.compute = compute
        self.archives = archives
        scheduler = Scheduler(environment: environment)
    }

    /// Rehydrates every row that is not finished and drives them until the task is cancelled.
    ///
    /// - Throws: `StoreError` where the rows cannot be loaded.
    public func run() async throws {
        let store = environment.store
        let instanceRecords = try await store.liveInstances()
        try await scheduler.load(
            instanceRecords, fleets: try await store.liveFleets(), claims: try await store.claims())
        // All jobs are known before a shim is heard, so that no living job's task looks like an orphan.
        for id in try await store.unfinishedJobIDs() { spawn(.job(id)) }
        for id in try await store.unfinishedRunIDs() { spawn(.run(id)) }
        for record in instanceRecords { spawn(.instance(record.id)) }
        await withDiscardingTaskGroup { group in
            await withTaskCancellationHandler {
                while let spawn = await nextSpawn() {
                    group.addTask(executorPreference: environment.executor) { await self.drive(spawn) }
                }
            } onCancel: {
                Task(executorPreference: environment.executor) { await self.closeSpawns() }
            }
            group.cancelAll()
        }
    }

    /// Ends an actor as a crash would; it is rehydrated from its row.
    public func kill(id: String) { live[id]?.task?.cancel() }

    /// Ids of the runs and job submissions that are driven now, in order.
    public var liveIDs: [String] { live.keys.sorted() }

    /// How far the pulls of these submissions' images are, for those that are being pulled.
    public nonisolated func pullProgress(jobIDs: [String]) async -> [String: ImagePullProgress] {
        // Nearly always: then the engine's thread is not asked.
        if jobIDs.isEmpty { return [:] }
        var progress: [String: ImagePullProgress] = [:]
        for instance in await liveInstances {
            progress.merge(await instance.pullProgress(taskIDs: jobIDs)) { first, _ in first }
        }
        return progress
    }

    private var liveInstances: [InstanceActor] { instances.keys.sorted().compactMap { instances[$0] } }

    /// What instances are at that are set up or removed, in words for the user, by their ids.
    public nonisolated func instanceProgress(ids: [String]) async -> [String: String] {
        // Nearly always: then the engine's thread is not asked.
        if ids.isEmpty { return [:] }
        var progress: [String: String] = [:]
        for id in ids { progress[id] = await instance(id)?.progress }
        return progress
    }

    func instance(_ id: String) -> InstanceActor? { instances[id] }

    /// Sees to it that instances which were just written are driven, and that those which are to go hear of it.
    func instancesChanged() { spawn(.changedInstances) }

    /// Takes in what the rows say, once they can be read.
    private func takeInInstances() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                try await reloadInstances()
                for record in try await environment.store.liveInstances() {
                    spawn(.instance(record.id))
                    if record.isClosing { _ = await instances[record.id]?.wake() }
                }
                return
            } catch {
                failures += 1
                environment.logger.warning("instances cannot be loaded yet", metadata: ["error": "\(error)"])
                await pause(after: failures)
            }
        }
    }

    private func reloadInstances() async throws {
        let store = environment.store
        var epoch: Int
        repeat {
            epoch = await scheduler.instanceEpoch
        } while try await !scheduler.setInstances(
            try await store.liveInstances(), fleets: try await store.liveFleets(), readAt: epoch)
    }

    /// Shows an instance with another type, as where its runtime came or went.
    ///
    /// - Parameter type: `InstanceType` as JSON.
    /// - Returns: false where the instance is not watched, or not yet.
    public func show(type: [UInt8], instanceID: String) async throws -> Bool {
        guard let instance = instances[instanceID] else { return false }
        try await instance.show(type: type)
        try await reloadInstances()
        return true
    }

    /// Shows how an instance's host is. Nothing new is placed on one whose health is a failure.
    public func show(health: HealthStatus, instanceID: String) async throws {
        guard let instance = instances[instanceID], try await instance.show(health: health) else { return }
        try await reloadInstances()
    }

    // MARK: Spawning

    private func nextSpawn() async -> Spawn? {
        if let spawn = spawns.take() { return spawn }
        return await withCheckedContinuation { spawns.park($0) }
    }

    private func closeSpawns() { spawns.close() }

    private func spawn(_ spawn: Spawn) {
        switch spawn {
        case .job(let id), .run(let id):
            if live[id] != nil {
                live[id]?.again = true
                return
            }
            live[id] = Live()
        case .instance(let id):
            guard driven.insert(id).inserted else { return }
        case .recipient, .changedInstances:
            break
        }
        spawns.put(spawn)
    }

    private func drive(_ spawn: Spawn) async {
        switch spawn {
        case .job(let id):
            await drive(id) { [environment] isResumed in
                guard let record = try await environment.store.job(id: id) else { return nil }
                return try JobActor(
                    record: record, environment: environment, surroundings: surround(self), isResumed: isResumed)
            }
            await scheduler.release(jobID: id)
            if !Task.isCancelled {
                for instanceID in instances.keys.sorted() { await instances[instanceID]?.jobEnded(id: id) }
            }
        case .run(let id):
            await drive(id) { [environment] isResumed in
                guard let record = try await environment.store.run(id: id) else { return nil }
                return try RunActor(
                    record: record, environment: environment, surroundings: surround(self), isResumed: isResumed)
            }
        case .instance(let id):
            await driveInstance(id)
        case .changedInstances:
            await takeInInstances()
        case .recipient(let id):
            await find(id)
        }
    }

    /// Drives an instance until it is terminated.
    private func driveInstance(_ id: String) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                guard let record = try await environment.store.instance(id: id),
                    record.status != InstanceStatus.terminated.rawValue
                else { break }
                let actor = try makeActor(record)
                instances[id] = actor
                try await actor.run()
                break
            } catch {
                if Task.isCancelled { break }
                failures += 1
                environment.logger.error(
                    "an instance cannot be watched; it is tried again", metadata: ["id": "\(id)", "error": "\(error)"])
                await pause(after: failures)
            }
        }
        instances[id] = nil
        driven.remove(id)
        board.tell()
    }

    /// Tells of each instance that is over from now on.
    func departures() -> AsyncStream<Void> {
        let (stream, number) = board.listen()
        board.onEnd(number: number) { [weak self, environment] in
            Task(executorPreference: environment.executor) { await self?.forgetListener(number) }
        }
        return stream
    }

    private func forgetListener(_ number: Int) { board.forget(number: number) }

    private func makeActor(_ record: InstanceRecord) throws -> InstanceActor {
        try InstanceActor(
            record: record, environment: environment, compute: compute,
            isLive: { [weak self] id in await self?.isLive(id) ?? true },
            awaitHost: { [weak self] record, told in await self?.awaitHost(of: record, told: told) },
            changed: { [scheduler, environment] record in
                do {
                    try await scheduler.update(record)
                } catch {
                    environment.logger.error(
                        "an instance cannot be placed on",
                        metadata: ["instance": "\(record.name)", "error": "\(error)"])
                }
            })
    }

    /// Spawns the actor of a row whose kind is not known, once the store tells it.
    private func find(_ id: String) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                return spawn(try await environment.store.job(id: id) == nil ? .run(id) : .job(id))
            } catch {
                failures += 1
                environment.logger.warning(
                    "a message's recipient cannot be loaded yet", metadata: ["id": "\(id)", "error": "\(error)"])
                await pause(after: failures)
            }
        }
    }

    /// Waits before another attempt, up to five seconds. A cancelled wait ends at once: its loop's condition sees it.
    func pause(after failures: Int) async {
        try? await environment.clock.sleep(for: min(Duration.milliseconds(10 << min(failures, 9)), .seconds(5)))
    }

    /// Drives one row, with a new actor each time that one ends before the row is done with.
    private func drive(
        _ id: String, _ rehydrate: @Sendable (_ isResumed: Bool) async throws -> (any EngineActor)?
    ) async {
        var failures = 0
        var isResumed = false
        var began = environment.clock.now()
        while !Task.isCancelled {
            do {
                guard let actor = try await rehydrate(isResumed) else { break }
                began = environment.clock.now()
                let task = Task(executorPreference: environment.executor) { try await actor.run() }
                live[id]?.actor = actor
                live[id]?.task = task
                live[id]?.again = false
                try await withTaskCancellationHandler {
                    try await task.value
                } onCancel: {
                    task.cancel()
                }
                if live[id]?.again == true { continue }
                break
            } catch {
                if Task.isCancelled { break }
                isResumed = true
                // What went well for a while is not paid for what went wrong before.
                if environment.clock.now().since(began) > Self.goodWhile { failures = 0 }
                failures += 1
                // A full disk is said once, by who watches it, and not by each actor.
                environment.logger.log(
                    level: (error as? StoreError)?.isFull == true ? .debug : .warning,
                    "an actor ended early and is rehydrated", metadata: ["id": "\(id)", "error": "\(error)"])
                await pause(after: failures)
            }
        }
        live[id] = nil
    }
}

extension Supervisor: Surroundings {
    public func awaitSlot(jobID: String) async throws -> SlotDecision {
        try await scheduler.awaitSlot(jobID: jobID)
    }

    public func reasonToWait(jobID: String) async -> String? { await scheduler.reasonToWait(jobID: jobID) }

    public func nodeNews(runID: String) async -> AsyncStream<NodeNews> {
        let (stream, number) = nodes.listen(runID: runID)
        nodes.onEnd(runID: runID, number: number) { [weak self, environment] in
            Task(executorPreference: environment.executor) { await self?.forgetListener(runID, number) }
        }
        return stream
    }

    private func forgetListener(_ runID: String, _ number: Int) { nodes.forget(runID: runID, number: number) }

    public func tell(_ news: NodeNews, runID: String) async { nodes.tell(news, runID: runID) }

    public func host(instanceID: String) async -> (any Host)? { await instances[instanceID]?.host }

    public func deliver(to recipientID: String) async {
        if let actor = live[recipientID]?.actor, await actor.wake() { return }
        respawn(recipientID)
    }

    public func start(jobIDs: [String]) async {
        for id in jobIDs { spawn(.job(id)) }
    }

    public func reprioritize(jobIDs: [String], priority: Int) async {
        await scheduler.reprioritize(jobIDs: jobIDs, priority: priority)
    }

    public func archivePath(id: String, projectID: String) async throws -> String {
        try await archives.path(ofArchive: id, projectID: projectID)
    }

    public func code(runID: String, hash: String?) async throws -> RunCode {
        guard let run = try await environment.store.run(id: runID) else {
            throw StoreError.corrupt("run \(runID) is not there, and its job is")
        }
        return try await archives.code(of: run, hash: hash)
    }

    public func loginKeys(runID: String) async throws -> [String] {
        guard let run = try await environment.store.run(id: runID) else {
            throw StoreError.corrupt("run \(runID) is not there, and its job is")
        }
        return try await archives.loginKeys(of: run)
    }

    /// Whether a job submission or run of this id is driven.
    func isLive(_ id: String) -> Bool { live[id] != nil }

    /// Sees to it that a message is read whose recipient had no actor that listens.
    private func respawn(_ id: String) {
        if live[id] != nil {
            live[id]?.again = true
        } else {
            spawn(.recipient(id))
        }
    }
}
