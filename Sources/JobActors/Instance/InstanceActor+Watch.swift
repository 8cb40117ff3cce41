import Backends
import Logging
import Store
import Wire

/// Following the shim, telling the jobs, and ending what belongs to none.
extension InstanceActor {
    /// What the shim tells about one task: the present first, then each change.
    func notices(taskID: String) -> AsyncStream<TaskNotice> {
        let (stream, listener) = watch.listen(taskID)
        let number = listener.number
        listener.continuation.onTermination = { [weak self, environment] _ in
            Task(executorPreference: environment.executor) { await self?.forget(number) }
        }
        switch machine.state {
        case .active:
            // What was heard of the shim counts, which the state may learn of a moment later.
            if watch.isHeard == false || watch.isHeard == nil && machine.isUnreachable {
                listener.continuation.yield(.hostLost)
            } else if let notice = watch.present(taskID) {
                listener.continuation.yield(notice)
            }
        case .pending, .provisioning, .terminating, .terminated: listener.continuation.finish()
        }
        return stream
    }

    /// How far the pulls of these tasks' images are, for those that are being pulled.
    public func pullProgress(taskIDs: [String]) -> [String: ImagePullProgress] {
        guard let tasks = watch.tasks else { return [:] }
        return Dictionary(
            taskIDs.compactMap { id in tasks[id]?.imagePullProgress.map { (id, $0) } },
            uniquingKeysWith: { _, last in last })
    }

    private func forget(_ number: Int) { watch.forget(number) }

    func stopWatching() { watch.end() }

    // MARK: Watching

    /// Follows one connection to the shim after the other, until it is cancelled.
    nonisolated func watchShim(_ post: @escaping Post) async {
        var backoff = Backoff(first: .milliseconds(20), limit: .seconds(2))
        while !Task.isCancelled {
            do {
                try await follow(&backoff, post)
            } catch {
                if Task.isCancelled { break }
                await lost("\(error)")
                await post(.event(.lost))
            }
            // A cancelled wait ends the loop at its condition.
            try? await environment.clock.sleep(for: backoff.step(jitter: environment.jitter()))
        }
    }

    private nonisolated func follow(_ backoff: inout Backoff, _ post: Post) async throws {
        guard let link = await link else { throw AgentError.unreachable("there is no way to the host") }
        let watch: any ShimWatch
        do {
            watch = try await link.shim.watch()
        } catch {
            try await link.revive()
            watch = try await link.shim.watch()
        }
        do {
            while let notice = try await watch.next() {
                for taskID in await take(notice) { await reap(taskID) }
                if case .snapshot = notice {
                    backoff = Backoff(first: .milliseconds(20), limit: .seconds(2))
                    await post(.event(.reached))
                }
            }
            await watch.close()
            throw AgentError.unreachable("the shim ended its stream")
        } catch {
            await watch.close()
            throw error
        }
    }

    /// Takes in one notice; gives the ids of tasks that belong to no living job.
    private func take(_ notice: ShimNotice) async -> [String] {
        switch notice {
        case .heartbeat:
            return []
        case .snapshot(_, let told):
            watch.tasks = Dictionary(told.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
            watch.lastLoss = nil
            watch.isHeard = true
            for listener in watch.listeners {
                listener.continuation.yield(.hostBack)
                if let notice = watch.present(listener.taskID) { listener.continuation.yield(notice) }
            }
            return await orphans(told.map(\.id))
        case .task(let task):
            watch.tasks?[task.id] = task
            tell(.task(task), of: task.id)
            return await orphans([task.id])
        case .removed(let taskID):
            watch.tasks?[taskID] = nil
            tell(.missing, of: taskID)
            return []
        }
    }

    private func tell(_ notice: TaskNotice, of taskID: String) {
        for listener in watch.listeners where listener.taskID == taskID { listener.continuation.yield(notice) }
    }

    private func lost(_ why: String) {
        // Said once, not with each try.
        environment.logger.log(
            level: why == watch.lastLoss ? .debug : .warning,
            "the shim of an instance cannot be reached; it is tried again",
            metadata: ["instance": "\(record.name)", "error": "\(why)"])
        watch.lastLoss = why
        if watch.isHeard == true {
            for listener in watch.listeners { listener.continuation.yield(.hostLost) }
        }
        watch.isHeard = false
    }

    // MARK: Orphans

    private func orphans(_ taskIDs: [String]) async -> [String] {
        var orphans: [String] = []
        for taskID in taskIDs where watch.reaping[taskID] == nil {
            if await !isLive(taskID) { orphans.append(taskID) }
        }
        return orphans
    }

    /// Tells that a job is no longer driven; a task that it left behind is ended. A job that ended its task itself
    /// is not waited for: the shim's word that the task is gone only crosses this call.
    public func jobEnded(id: String) {
        guard watch.tasks?[id] != nil else { return }
        reap(id, after: .seconds(2))
    }

    /// Ends and forgets a task that no living job owns.
    private func reap(_ taskID: String, after wait: Duration = .zero) {
        guard watch.reaping[taskID] == nil, let link else { return }
        watch.reaping[taskID] = Task(executorPreference: environment.executor) { [self] in
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

    private func knows(_ taskID: String) -> Bool { watch.tasks?[taskID] != nil }

    private func reaped(_ taskID: String) { watch.reaping[taskID] = nil }
}

/// An instance's host, as a job reaches it.
struct InstanceHost: Host {
    let actor: InstanceActor
    let link: any HostLink
    let bareImage: String?
    let nodeAddress: String?
    let loginUser: String?
    let jobEnv: [String: String]

    var shim: any ShimClient { link.shim }

    func runner(at address: RunnerAddress) -> any RunnerClient {
        link.runner(host: address.host, port: address.port)
    }

    func notices(taskID: String) async -> AsyncStream<TaskNotice> { await actor.notices(taskID: taskID) }
}
