import Backends
import Logging
import Store
import Wire

/// Watches one instance: the only writer of its row, the owner of the connection to its shim.
///
/// It hears every task transition from the shim and tells the job actors that ask, and it ends tasks that
/// belong to no living job: what a lost answer or a late request left behind does not go on.
public actor InstanceActor: Host {
    nonisolated public let id: String
    nonisolated private let environment: Environment
    nonisolated private let link: any HostLink
    /// Tells whether a job submission of this id is still driven.
    nonisolated private let isLive: @Sendable (String) async -> Bool
    private var record: InstanceRecord
    private var machine: InstanceMachine
    /// What the shim told last; nil before its first snapshot.
    private var tasks: [String: ShimTask]?
    private var listeners: [Listener] = []
    private var listenerCount = 0
    /// Why the shim could not be reached last.
    private var lastLoss: String?
    /// Tasks that are being ended because no living job owns them.
    private var reaping: [String: Task<Void, Never>] = [:]
    /// Whether a change of the row is under way, and who waits to make one.
    private var isWriting = false
    private var turns: [CheckedContinuation<Void, Never>] = []

    private struct Listener {
        let number: Int
        let taskID: String
        let continuation: AsyncStream<TaskNotice>.Continuation
    }

    nonisolated public var unownedExecutor: UnownedSerialExecutor {
        environment.executor.asUnownedSerialExecutor()
    }

    public init(
        record: InstanceRecord, environment: Environment, link: any HostLink,
        isLive: @escaping @Sendable (String) async -> Bool
    ) {
        id = record.id
        self.record = record
        self.environment = environment
        self.link = link
        self.isLive = isLive
        machine = InstanceMachine(state: record.isUnreachable ? .unreachable : .reachable)
    }

    // MARK: Host

    nonisolated public var shim: any ShimClient { link.shim }

    nonisolated public func runner(at address: RunnerAddress) -> any RunnerClient {
        link.runner(host: address.host, port: address.port)
    }

    public func notices(taskID: String) -> AsyncStream<TaskNotice> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: TaskNotice.self, bufferingPolicy: .bufferingNewest(64))
        listenerCount += 1
        let number = listenerCount
        listeners.append(Listener(number: number, taskID: taskID, continuation: continuation))
        continuation.onTermination = { [weak self, environment] _ in
            Task(executorPreference: environment.executor) { await self?.forget(number) }
        }
        switch machine.state {
        case .reachable:
            if let tasks {
                if let task = tasks[taskID] {
                    continuation.yield(.task(task))
                } else {
                    continuation.yield(.missing)
                }
            }
        case .silent, .unreachable: continuation.yield(.hostLost)
        case .terminated: continuation.finish()
        }
        return stream
    }

    /// How far the pulls of these tasks' images are, for those that are being pulled.
    public func pullProgress(taskIDs: [String]) -> [String: ImagePullProgress] {
        guard let tasks else { return [:] }
        return Dictionary(
            taskIDs.compactMap { id in tasks[id]?.imagePullProgress.map { (id, $0) } },
            uniquingKeysWith: { _, last in last })
    }

    private func forget(_ number: Int) { listeners.removeAll { $0.number == number } }

    // MARK: Watching

    /// Lives until the task is cancelled.
    public func run() async {
        var backoff = Backoff(first: .milliseconds(20), limit: .seconds(2))
        while !Task.isCancelled {
            do {
                try await watch(&backoff)
            } catch {
                if Task.isCancelled { break }
                await lost("\(error)")
            }
            // A cancelled wait ends the loop at its condition.
            try? await environment.clock.sleep(for: backoff.step(jitter: environment.jitter()))
        }
        for taskID in reaping.keys.sorted() { reaping[taskID]?.cancel() }
        for listener in listeners { listener.continuation.finish() }
        listeners = []
    }

    /// Follows one connection to the shim until it breaks.
    private func watch(_ backoff: inout Backoff) async throws {
        let watch: any ShimWatch
        do {
            watch = try await link.shim.watch()
        } catch {
            try await link.revive()
            watch = try await link.shim.watch()
        }
        do {
            while let notice = try await watch.next() {
                if case .snapshot = notice { backoff = Backoff(first: .milliseconds(20), limit: .seconds(2)) }
                for taskID in try await take(notice) { reap(taskID) }
            }
            await watch.close()
            throw AgentError.unreachable("the shim ended its stream")
        } catch {
            await watch.close()
            throw error
        }
    }

    /// Takes in one notice; gives the ids of tasks that belong to no living job.
    private func take(_ notice: ShimNotice) async throws -> [String] {
        switch notice {
        case .heartbeat:
            return []
        case .snapshot(_, let told):
            tasks = Dictionary(told.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
            lastLoss = nil
            try await advance(.reached)
            for listener in listeners {
                listener.continuation.yield(.hostBack)
                if let task = tasks?[listener.taskID] {
                    listener.continuation.yield(.task(task))
                } else {
                    listener.continuation.yield(.missing)
                }
            }
            return await orphans(told.map(\.id))
        case .task(let task):
            tasks?[task.id] = task
            for listener in listeners where listener.taskID == task.id { listener.continuation.yield(.task(task)) }
            return await orphans([task.id])
        case .removed(let taskID):
            tasks?[taskID] = nil
            for listener in listeners where listener.taskID == taskID { listener.continuation.yield(.missing) }
            return []
        }
    }

    private func orphans(_ taskIDs: [String]) async -> [String] {
        var orphans: [String] = []
        for taskID in taskIDs where reaping[taskID] == nil {
            if await !isLive(taskID) { orphans.append(taskID) }
        }
        return orphans
    }

    /// Tells that a job is no longer driven; a task that it left behind is ended. A job that ended its task itself
    /// is not waited for: the shim's word that the task is gone only crosses this call.
    public func jobEnded(id: String) {
        guard tasks?[id] != nil else { return }
        reap(id, after: .seconds(2))
    }

    /// Ends and forgets a task that no living job owns.
    private func reap(_ taskID: String, after wait: Duration = .zero) {
        guard reaping[taskID] == nil else { return }
        reaping[taskID] = Task(executorPreference: environment.executor) { [self] in
            // A cancelled wait leaves the task to the next life.
            if wait > .zero { try? await environment.clock.sleep(for: wait) }
            guard await knows(taskID) else { return await reaped(taskID) }
            environment.logger.info("ending a task that belongs to no job", metadata: ["task": "\(taskID)"])
            var backoff = Backoff()
            while !Task.isCancelled {
                do {
                    try await link.shim.terminate(
                        id: taskID, reason: JobTerminationReason.terminatedByServer.rawValue,
                        message: "the server does not know this task", grace: 0)
                    try await link.shim.remove(id: taskID)
                    break
                } catch {
                    environment.logger.debug(
                        "a task could not be ended", metadata: ["task": "\(taskID)", "error": "\(error)"])
                }
                // A cancelled wait ends the loop at its condition.
                try? await environment.clock.sleep(for: backoff.step(jitter: environment.jitter()))
            }
            await reaped(taskID)
        }
    }

    private func knows(_ taskID: String) -> Bool { tasks?[taskID] != nil }

    private func reaped(_ taskID: String) { reaping[taskID] = nil }

    // MARK: Reach

    private func lost(_ why: String) async {
        // Said once, not with each try.
        environment.logger.log(
            level: why == lastLoss ? .debug : .warning, "the shim of an instance cannot be reached; it is tried again",
            metadata: ["instance": "\(record.name)", "error": "\(why)"])
        lastLoss = why
        do {
            let wasReachable = machine.state == .reachable
            try await advance(.lost)
            if wasReachable {
                for listener in listeners { listener.continuation.yield(.hostLost) }
            } else if case .silent(let since) = machine.state,
                environment.clock.now().since(since) > .seconds(InstanceMachine.silenceLimit)
            {
                try await advance(.overdue)
            }
        } catch {
            environment.logger.log(
                level: error.isFull ? .debug : .error,
                "an instance's row cannot be written", metadata: ["instance": "\(record.name)", "error": "\(error)"])
        }
    }

    /// Transition and checkpoint.
    private func advance(_ event: InstanceMachine.Event) async throws(StoreError) {
        let now = environment.clock.now()
        var next = machine
        if next.handle(event, at: now) {
            let isUnreachable = next.state == .unreachable
            let draft = EventDraft(
                id: environment.newID(), kind: .instance, recordedAt: now, projectID: record.projectID,
                instanceID: id, instanceName: record.name,
                message: isUnreachable ? "Instance became unreachable" : "Instance is reachable again")
            try await write([draft]) { $0.isUnreachable = isUnreachable }
        }
        machine = next
    }

    /// Shows the instance with another type, as where its runtime came or went.
    ///
    /// - Parameter type: `InstanceType` as JSON.
    public func show(type: [UInt8]) async throws(StoreError) {
        if record.instanceType != type { try await write { $0.instanceType = type } }
    }

    /// Changes the row. One change at a time: two that are made from the same version would meet.
    private func write(_ events: [EventDraft] = [], _ body: (inout InstanceRecord) -> Void) async throws(StoreError) {
        if isWriting {
            await withCheckedContinuation { turns.append($0) }
        } else {
            isWriting = true
        }
        var row = record
        row.version += 1
        body(&row)
        let failure = await commit(row, events)
        if turns.isEmpty { isWriting = false } else { turns.removeFirst().resume() }
        if let failure { throw failure }
    }

    private func commit(_ row: InstanceRecord, _ events: [EventDraft]) async -> StoreError? {
        do {
            try await environment.store.commit(Change(writes: [.updateInstance(row)], events: events))
            record = row
            return nil
        } catch {
            // The write may have been made all the same: the next one is made over what is there.
            if let stored = try? await environment.store.instance(id: id) { record = stored }
            return error
        }
    }
}
