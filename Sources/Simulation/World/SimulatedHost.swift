import Backends
import OrderedCollections
import Synchronization
import Wire

/// A host with its shim and the runners of its tasks. It outlives the server's crashes.
final class SimulatedHost: Sendable {
    struct State: Sendable {
        var tasks: OrderedDictionary<String, ShimTask> = [:]
        var runners: OrderedDictionary<String, SimulatedRunner> = [:]
        /// Ids that were ended before they were asked for, or that are gone: a late request for one is refused.
        var tombstones: OrderedSet<String> = []
        var watchers: [Channel<ShimNotice>] = []
        var boots = 1
        var addresses = 0
    }

    let name: String
    private let world: WorldHandles
    private let mistake: Mistake?
    private let state = Mutex(State())

    init(name: String, world: WorldHandles, mistake: Mistake?) {
        self.name = name
        self.world = world
        self.mistake = mistake
    }

    /// Ids of the tasks that are there.
    var taskIDs: [String] { state.withLock { Array($0.tasks.keys) } }

    func runner(host: String) -> SimulatedRunner? {
        state.withLock { state in state.runners.values.first { $0.address == host } }
    }

    // MARK: Requests

    func submit(_ request: ShimTaskRequest) throws(AgentError) -> ShimTask {
        let result: Result<(ShimTask, isNew: Bool), AgentError> = state.withLock { state in
            if let task = state.tasks[request.id] { return .success((task, false)) }
            if state.tombstones.contains(request.id) {
                return .failure(.refused(status: 409, message: "task \(request.id) has ended"))
            }
            state.addresses += 1
            let task = ShimTask(
                id: request.id, status: .pending, address: "\(name)/\(state.addresses)", runnerPort: 10999)
            state.tasks[request.id] = task
            return .success((task, true))
        }
        let (task, isNew) = try result.get()
        if isNew {
            world.ledger.took(task.id, address: task.address ?? "", at: world.now)
            tell(.task(task))
            world.start { [self] in await bringUp(task.id) }
        }
        return task
    }

    func task(id: String) -> ShimTask? { state.withLock { $0.tasks[id] } }

    func terminate(id: String, reason: String, message: String) {
        let runner: SimulatedRunner? = state.withLock { state in
            if state.tasks[id] == nil { state.tombstones.append(id) }
            return state.runners[id]
        }
        runner?.kill()
        finish(id, reason: reason, message: message)
    }

    func remove(id: String) {
        let isRemoved = state.withLock { state in
            guard state.tasks[id]?.status == .terminated else { return false }
            state.tasks[id] = nil
            state.runners[id] = nil
            state.tombstones.append(id)
            return true
        }
        if isRemoved { tell(.removed(id: id)) }
    }

    /// Opens a stream; its first notice is a snapshot.
    func watch() -> Channel<ShimNotice> {
        let channel = Channel<ShimNotice>()
        state.withLock { state in
            channel.send(.snapshot(bootID: "\(state.boots)", tasks: Array(state.tasks.values)))
            state.watchers.append(channel)
        }
        return channel
    }

    // MARK: Faults

    /// The shim restarts; its tasks live on.
    func restartShim() {
        let watchers = state.withLock { state in
            state.boots += 1
            defer { state.watchers = [] }
            return state.watchers
        }
        for watcher in watchers { watcher.finish() }
    }

    /// The host restarts; its tasks are gone.
    func restartHost() {
        let runners = state.withLock { state in
            defer {
                state.tombstones.append(contentsOf: state.tasks.keys)
                state.tasks = [:]
                state.runners = [:]
            }
            return Array(state.runners.values)
        }
        for runner in runners { runner.kill() }
        restartShim()
    }

    /// One of the runners dies.
    func killRunner() {
        let victim: String? = state.withLock { state in
            let running = state.tasks.values.filter { $0.status == .running }.map(\.id)
            return running.isEmpty ? nil : running[world.dice.number(0...running.count - 1)]
        }
        guard let victim else { return }
        state.withLock { $0.runners[victim] }?.kill()
        finish(victim, reason: "executor_error", message: "the runner died")
    }

    // MARK: Life of a task

    private func bringUp(_ id: String) async {
        for status in [ShimTaskStatus.preparing, .creating, .running] {
            await world.wait(world.dice.milliseconds(0...50))
            let task: ShimTask? = state.withLock { state in
                guard var task = state.tasks[id], task.status != .terminated else { return nil }
                task.status = status
                if status == .running, let address = task.address {
                    state.runners[id] = SimulatedRunner(address: address, world: world, mistake: mistake)
                }
                state.tasks[id] = task
                return task
            }
            guard let task else { return }
            tell(.task(task))
        }
    }

    private func finish(_ id: String, reason: String, message: String) {
        let task: ShimTask? = state.withLock { state in
            guard var task = state.tasks[id], task.status != .terminated else { return nil }
            task.status = .terminated
            task.terminationReason = reason
            task.terminationMessage = message
            state.tasks[id] = task
            return task
        }
        if let task { tell(.task(task)) }
    }

    private func tell(_ notice: ShimNotice) {
        for watcher in state.withLock({ $0.watchers }) { watcher.send(notice) }
    }
}
