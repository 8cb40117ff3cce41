import Backends
import OrderedCollections
import Synchronization
import Wire

/// A host with its shim and the runners of its tasks, which are processes or the containers of a Docker Engine. It
/// outlives the server's crashes.
final class SimulatedHost: Sendable {
    struct State: Sendable {
        var tasks: OrderedDictionary<String, ShimTask> = [:]
        var runners: OrderedDictionary<String, SimulatedRunner> = [:]
        /// Ids that were ended before they were asked for, or that are gone: a late request for one is refused.
        var tombstones: OrderedSet<String> = []
        var watchers: [Channel<ShimNotice>] = []
        /// Tasks whose end is decided while the engine still has their container.
        var endings: OrderedDictionary<String, Ending> = [:]
        /// Requests that are answered when their task has ended, or when the shim leaves.
        var waiters: [(id: String, channel: Channel<Void>)] = []
        var boots = 1
        var addresses = 0
    }

    /// Why a task ends.
    struct Ending: Sendable {
        var reason: String
        var message: String
    }

    let name: String
    /// Whether it is a user's, which was set up.
    private let isOwn: Bool
    /// The Docker Engine, where tasks run in containers.
    let engine: SimulatedEngine?
    private let world: WorldHandles
    private let mistake: Mistake?
    private let state = Mutex(State())
    private let reach: Mutex<Reach>

    /// Whether the server comes to its shim.
    private struct Reach: Sendable {
        /// The instance that it was set up for.
        var instanceID: String?
        /// Whether it lets the project's key in.
        var hasKey = false
        var isCut = false
    }

    /// - Parameter isSetUp: whether it has its shim from the beginning.
    init(name: String, hasDocker: Bool, isSetUp: Bool = true, world: WorldHandles, mistake: Mistake?) {
        self.name = name
        isOwn = !isSetUp
        reach = Mutex(Reach(instanceID: isSetUp ? "" : nil))
        self.world = world
        self.mistake = mistake
        engine = hasDocker ? SimulatedEngine(world: world) : nil
    }

    /// Ids of the tasks that are there.
    var taskIDs: [String] { state.withLock { Array($0.tasks.keys) } }

    func runner(host: String) -> SimulatedRunner? {
        state.withLock { state in state.runners.values.first { $0.address == host } }
    }

    // MARK: Reach

    /// Whether a line to it is cut.
    var isCut: Bool { reach.withLock { $0.isCut } }

    /// The instance that it was set up for; nil where nothing of ours is on it.
    var instanceID: String? { reach.withLock { $0.instanceID } }

    /// Whether it lets the project's key in.
    var hasKey: Bool { reach.withLock { $0.hasKey } }

    /// Its line is cut, or mended.
    func cut(_ isCut: Bool) {
        reach.withLock { $0.isCut = isCut }
        if isCut { leaveWatchers() }
    }

    func setUp(for instanceID: String) {
        reach.withLock { reach in
            reach.instanceID = instanceID
            reach.hasKey = true
        }
    }

    /// Everything of ours is taken from it but the key, unless it is another instance's.
    ///
    /// - Returns: false where it is.
    func remove(from instanceID: String) -> Bool {
        let owner = reach.withLock { reach in
            defer { if reach.instanceID == instanceID { reach.instanceID = nil } }
            return reach.instanceID
        }
        if owner == instanceID { restartHost() }
        return owner == instanceID || owner == nil
    }

    /// Whether nothing but the project's key was left on it, as who removes that knows.
    func isOnly(keyLeft isCleaned: Bool) -> Bool { isCleaned && mistake != .forgottenCleaning }

    /// The project's key is taken out.
    func shutOut() { reach.withLock { $0.hasKey = false } }

    private func leaveWatchers() {
        let watchers = state.withLock { state in
            defer { state.watchers = [] }
            return state.watchers
        }
        for watcher in watchers { watcher.finish() }
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
            // Nodes on hosts of fleets are told the hosts' own addresses, those on this machine each other's.
            world.ledger.took(task.id, address: isOwn ? name : task.address ?? "", at: world.now)
            tell(.task(task))
            world.start { [self] in await bringUp(task.id) }
        }
        return task
    }

    func task(id: String) -> ShimTask? { state.withLock { $0.tasks[id] } }

    /// Answers when the task has ended, or when the shim leaves before that.
    func terminate(id: String, reason: String, message: String) async {
        let channel: Channel<Void>? = state.withLock { state in
            guard let task = state.tasks[id] else {
                state.tombstones.append(id)
                return nil
            }
            if task.status == .terminated { return nil }
            let channel = Channel<Void>()
            state.waiters.append((id, channel))
            return channel
        }
        guard let channel else { return }
        end(id, Ending(reason: reason, message: message))
        _ = await channel.next()
    }

    func remove(id: String) throws(AgentError) {
        let isLiving: Bool? = state.withLock { state in
            guard let task = state.tasks[id] else { return nil }
            if task.status != .terminated { return true }
            state.tasks[id] = nil
            state.runners[id] = nil
            state.tombstones.append(id)
            return false
        }
        switch isLiving {
        case true?: throw .refused(status: 409, message: "task \(id) has not ended")
        case false?: tell(.removed(id: id))
        case nil: break
        }
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
        let (watchers, waiters) = state.withLock { state in
            state.boots += 1
            defer {
                state.watchers = []
                state.waiters = []
            }
            return (state.watchers, state.waiters)
        }
        for watcher in watchers { watcher.finish() }
        for waiter in waiters { waiter.channel.finish() }
    }

    /// The host restarts; its tasks are gone.
    func restartHost() {
        let runners = state.withLock { state in
            defer {
                state.tombstones.append(contentsOf: state.tasks.keys)
                state.tasks = [:]
                state.runners = [:]
                state.endings = [:]
            }
            return Array(state.runners.values)
        }
        for runner in runners { runner.kill() }
        restartShim()
    }

    /// One of the runners dies: it crashes, or its container runs out of memory.
    func killRunner() {
        let running = state.withLock { state in
            state.tasks.values.filter { $0.status == .running && state.endings[$0.id] == nil }.map(\.id)
        }
        guard !running.isEmpty else { return }
        let victim = running[world.dice.number(0...running.count - 1)]
        let death =
            engine == nil
            ? Ending(reason: "executor_error", message: "the runner died")
            : Ending(reason: "container_exited_with_error", message: "the container ran out of its memory")
        state.withLock { $0.runners[victim] }?.kill()
        end(victim, death)
    }

    /// The Docker Engine goes and comes back.
    ///
    /// - Parameter takesContainers: whether its containers end with it.
    func restartEngine(after pause: Duration, takesContainers: Bool) async {
        guard let engine else { return }
        engine.goDown()
        if takesContainers {
            let runners = state.withLock { $0.runners }
            for (id, runner) in runners {
                runner.kill()
                end(id, Ending(reason: "container_exited_with_error", message: "the container ended with status 137"))
            }
        }
        await world.wait(pause)
        engine.comeUp()
    }

    // MARK: Life of a task

    private func bringUp(_ id: String) async {
        await show(.preparing, id)
        if let engine {
            await show(.pulling, id)
            for part in 1...3 {
                await engine.work(0...800)
                tellProgress(of: id, part)
            }
            if world.dice.chance(world.plan.refusedImages, in: 100) {
                return refuse(id, "manifest for the image not found")
            }
        }
        await show(.creating, id)
        if let engine {
            await engine.work(0...300)
            if world.dice.chance(world.plan.refusedContainers, in: 100) {
                return refuse(id, "exec: no such file or directory")
            }
        }
        await show(.running, id)
    }

    /// Moves a task that is to live on, after a moment.
    private func show(_ status: ShimTaskStatus, _ id: String) async {
        await world.wait(world.dice.milliseconds(0...50))
        let task: ShimTask? = state.withLock { state in
            guard var task = state.tasks[id], task.status != .terminated, state.endings[id] == nil else { return nil }
            task.status = status
            task.imagePullProgress = nil
            if status == .running, let address = task.address {
                state.runners[id] = SimulatedRunner(address: address, world: world, mistake: mistake)
            }
            state.tasks[id] = task
            return task
        }
        if let task { tell(.task(task)) }
    }

    private func tellProgress(of id: String, _ part: Int) {
        let task: ShimTask? = state.withLock { state in
            guard state.tasks[id]?.status == .pulling, state.endings[id] == nil else { return nil }
            state.tasks[id]?.imagePullProgress = ImagePullProgress(
                downloadedBytes: part * 1000, extractedBytes: 0, totalBytes: 3000, isTotalBytesFinal: true)
            return state.tasks[id]
        }
        if let task { tell(.task(task)) }
    }

    /// The engine will not have the task's image or container.
    private func refuse(_ id: String, _ message: String) {
        world.ledger.refused(id)
        end(id, Ending(reason: "creating_container_error", message: message))
    }

    /// Ends a task for the first reason that is given: a process at once, a container when its engine has removed it.
    private func end(_ id: String, _ ending: Ending) {
        let isNew = state.withLock { state in
            guard let task = state.tasks[id], task.status != .terminated, state.endings[id] == nil else { return false }
            state.endings[id] = ending
            return true
        }
        guard isNew else { return }
        guard let engine else { return finish(id) }
        world.start { [self] in
            await engine.work(0...300)
            finish(id)
        }
    }

    private func finish(_ id: String) {
        let (task, runner, waiters) = state.withLock { state in
            let ending = state.endings.removeValue(forKey: id)
            let waiters = state.waiters.filter { $0.id == id }
            state.waiters.removeAll { $0.id == id }
            guard var task = state.tasks[id], let ending else {
                return (ShimTask?.none, SimulatedRunner?.none, waiters)
            }
            task.status = .terminated
            task.terminationReason = ending.reason
            task.terminationMessage = ending.message
            state.tasks[id] = task
            return (task, state.runners[id], waiters)
        }
        runner?.kill()
        if let task { tell(.task(task)) }
        for waiter in waiters { waiter.channel.finish() }
    }

    private func tell(_ notice: ShimNotice) {
        for watcher in state.withLock({ $0.watchers }) { watcher.send(notice) }
    }
}
