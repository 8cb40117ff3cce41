import Backends
import Foundation
import JobActors
import Logging
import OrderedCollections
import Store
import Supervisor
import Synchronization
import Wire

/// One simulated world: a server with the real engine, its hosts, its users and its faults, all from one seed.
public final class World: Sendable {
    /// Virtual time after which a world that is not at rest is stuck.
    static let limit: Duration = .seconds(12 * 3600)
    /// Steps after which a world runs in circles.
    static let stepLimit = 400_000

    let seed: UInt64
    let mistake: Mistake?
    let handles: WorldHandles
    let database = SimulatedDatabase()
    let logs: SimulatedLogs
    let hosts: [SimulatedHost]
    let scenario: Scenario
    let wishes = Wishes()
    private let progress = Mutex(Progress())
    /// How hosts take to being set up, from now on.
    private let tempers: Mutex<OrderedDictionary<String, HostTemper>>

    private struct Progress {
        var supervisor: Supervisor?
        var life = 1
        var isOver = false
        var isAtRest = false
        /// When each life of the server began.
        var lifeStarts: [Timestamp] = []
        /// Users that still want something.
        var busyUsers = 0
    }

    /// When each life of the server began.
    var lifeStarts: [Timestamp] { progress.withLock { $0.lifeStarts } }

    /// Runs a seed's world to its rest and checks what happened.
    public static func run(seed: UInt64, mistake: Mistake? = nil) -> History {
        World(seed: seed, mistake: mistake).run()
    }

    private init(seed: UInt64, mistake: Mistake?) {
        var random = SeededRandom(seed: seed)
        self.seed = seed
        self.mistake = mistake
        let plan = FaultPlan(&random)
        scenario = Scenario(&random, plan: plan)
        handles = WorldHandles(
            executor: DeterministicExecutor(seed: random.next()), dice: Dice(seed: random.next()), plan: plan,
            ledger: Ledger())
        logs = SimulatedLogs(world: handles, mistake: mistake)
        hosts =
            scenario.haveDocker.enumerated().map { [handles] index, hasDocker in
                SimulatedHost(name: "host-\(index)", hasDocker: hasDocker, world: handles, mistake: mistake)
            }
            + scenario.ownHosts.map { [handles] host in
                SimulatedHost(
                    name: host.name, hasDocker: host.hasDocker, isSetUp: false, world: handles, mistake: mistake)
            }
        tempers = Mutex(
            OrderedDictionary(scenario.ownHosts.map { ($0.name, $0.temper) }, uniquingKeysWith: { _, last in last }))
    }

    private func run() -> History {
        writeInstances()
        let root = handles.start { [self] in await direct() }
        _ = handles.executor.run(limit: Self.limit, steps: Self.stepLimit) { progress.withLock { $0.isOver } }
        let isAtRest = progress.withLock { $0.isAtRest }
        if !isAtRest { root.cancel() }
        let history = History(world: self, isAtRest: isAtRest)
        // Let what is left unwind, so that nothing of this world stays behind.
        root.cancel()
        _ = handles.executor.run(limit: Self.limit + Self.limit, steps: Self.stepLimit * 2) {
            progress.withLock { $0.isOver }
        }
        return history
    }

    private func writeInstances() {
        let type = InstanceType(
            name: "simulated",
            resources: Resources(cpus: 4, memoryMib: 16_384, gpus: [], spot: false, disk: Disk(sizeMib: 204_800)))
        for (index, slots) in scenario.slots.enumerated() {
            let record = InstanceRecord(
                id: handles.dice.newID(), projectID: "project", fleetID: "fleet", name: "host-\(index)",
                instanceNum: index, createdAt: handles.now, backend: "remote", region: "local", price: 0,
                instanceType: [UInt8]((try? JSONEncoder().encode(type)) ?? Data()), hostname: "host-\(index)",
                slots: slots)
            database.mutate { $0.instances[record.id] = record }
        }
    }

    // MARK: Direction

    private func direct() async {
        progress.withLock { $0.busyUsers = scenario.runs.count * 2 + scenario.fleets.count }
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: handles.executor) { await self.liveAndCrash() }
            for run in scenario.runs {
                for wish in [use, update] {
                    group.addTask(executorPreference: handles.executor) {
                        await wish(run)
                        self.progress.withLock { $0.busyUsers -= 1 }
                    }
                }
            }
            for fleet in scenario.fleets {
                group.addTask(executorPreference: handles.executor) {
                    await self.own(fleet)
                    self.progress.withLock { $0.busyUsers -= 1 }
                }
            }
            for cut in scenario.cuts {
                group.addTask(executorPreference: handles.executor) { await self.suffer(cut) }
            }
            for fault in scenario.faults {
                group.addTask(executorPreference: handles.executor) { await self.suffer(fault) }
            }
            for fullDisk in scenario.fullDisks {
                group.addTask(executorPreference: handles.executor) { await self.suffer(fullDisk) }
            }
            group.addTask(executorPreference: handles.executor) { await self.awaitRest() }
            await group.waitForAll()
        }
        progress.withLock { $0.isOver = true }
    }

    /// Lives of the server, one after the other.
    private func liveAndCrash() async {
        var crashes = scenario.crashes
        while !Task.isCancelled, !progress.withLock({ $0.isOver || $0.isAtRest }) {
            let life = progress.withLock { $0.life }
            let supervisor = makeSupervisor(life)
            progress.withLock { progress in
                progress.supervisor = supervisor
                progress.lifeStarts.append(handles.now)
            }
            let running = Task(executorPreference: handles.executor) { try await supervisor.run() }
            let end = Task(executorPreference: handles.executor) { [self, crashes] in
                if let crash = crashes.first {
                    await handles.wait(crash)
                } else {
                    while !progress.withLock({ $0.isAtRest || $0.isOver }), await handles.wait(.seconds(2)) {}
                }
            }
            // A life that ends by its own fault (a store that fails at start) is followed by the next one.
            let watch = Task(executorPreference: handles.executor) {
                _ = await running.result
                end.cancel()
            }
            await withTaskCancellationHandler {
                await end.value
            } onCancel: {
                end.cancel()
            }
            if !crashes.isEmpty { crashes.removeFirst() }
            // From here on nothing that this life still does counts.
            progress.withLock { progress in
                progress.life += 1
                progress.supervisor = nil
            }
            database.mutate { $0.life = life + 1 }
            running.cancel()
            await watch.value
            await handles.wait(handles.dice.milliseconds(10...3000))
        }
    }

    private func makeSupervisor(_ life: Int) -> Supervisor {
        let network = SimulatedNetwork(
            hosts: hosts, world: handles, isAlive: { [weak self] in self?.progress.withLock { $0.life } == life },
            temper: { [weak self] host in self?.temper(of: host) ?? .willing })
        var logger = Logger(label: "simulation")
        logger.logLevel = .critical
        let environment = Environment(
            executor: handles.executor, clock: VirtualClock(executor: handles.executor, wall: handles.wallClock),
            newID: { [dice = handles.dice] in dice.newID() }, jitter: { [dice = handles.dice] in dice.fraction() },
            store: SimulatedStore(database: database, world: handles, life: life, mistake: mistake), logs: logs,
            logger: logger)
        let isDeaf = mistake == .deafScheduler
        return Supervisor(environment: environment, compute: network, archives: NoArchives()) {
            supervisor -> any Surroundings in
            isDeaf ? DeafSurroundings(supervisor: supervisor) : supervisor
        }
    }

    /// How a host takes to being set up this time.
    private func temper(of host: SimulatedHost) -> HostTemper {
        tempers.withLock { tempers in
            guard case .flaky(let left)? = tempers[host.name] else { return tempers[host.name] ?? .willing }
            tempers[host.name] = left > 1 ? .flaky(left - 1) : .willing
            return .flaky(left)
        }
    }

    /// A user submits a run, and may end it.
    @Sendable private func use(_ run: Scenario.UserRun) async {
        guard await handles.wait(run.submitAfter) else { return }
        await repeating { supervisor in
            if self.database.read({ $0.runs.values.contains { $0.name == run.name } }) { return }
            _ = try await supervisor.submit(run.submission)
        }
        for stop in run.stops {
            guard await handles.wait(stop.after) else { return }
            await repeating { supervisor in
                guard let id = self.database.read({ $0.runs.values.first { $0.name == run.name }?.id }) else { return }
                try await supervisor.stop(runID: id, abort: stop.isAbort, userID: "user")
            }
        }
    }

    /// A user changes a run's priority while it may live; one that was sent and not acknowledged is followed by
    /// another.
    @Sendable private func update(_ run: Scenario.UserRun) async {
        guard await handles.wait(run.submitAfter) else { return }
        for wish in run.updates {
            guard await handles.wait(wish.after) else { return }
            await repeating { [self] supervisor in
                guard let row = database.read({ $0.runs.values.first { $0.name == run.name } }) else {
                    throw StoreError.unavailable("the run is not there yet")
                }
                let eventID = handles.dice.newID()
                let update = RunUpdate(
                    eventID: eventID, deployment: wish.isOutdated ? row.deploymentNum - 1 : row.deploymentNum,
                    spec: #"{"configuration_path":"\#(eventID)"}"#, priority: wish.priority,
                    changedFields: ["configuration.priority"], userID: "user", inactivity: wish.inactivity)
                wishes.send(update, to: row.id)
                try await supervisor.update(runID: row.id, update)
                wishes.acknowledge(eventID)
            }
        }
    }

    /// Does something with the server, again until it succeeds.
    func repeating(_ body: @Sendable (Supervisor) async throws -> Void) async {
        while !Task.isCancelled {
            if let supervisor = progress.withLock({ $0.supervisor }) {
                do {
                    return try await body(supervisor)
                } catch {
                    // The server crashed or its store failed: the user tries again.
                }
            }
            await handles.wait(.milliseconds(200))
        }
    }

    private func suffer(_ fault: Scenario.Fault) async {
        guard await handles.wait(fault.after) else { return }
        let host = hosts[fault.host % hosts.count]
        switch fault.kind {
        case .clockJump(let duration): handles.wallClock.jump(duration)
        case .unusedGPU: await endUnused()
        case .shimRestart: host.restartShim()
        case .hostRestart: host.restartHost()
        case .runnerDeath: host.killRunner()
        case .engineRestart(let takesContainers):
            let pause = handles.dice.milliseconds(0...20_000)
            await host.restartEngine(after: pause, takesContainers: takesContainers)
        case .kill:
            guard let supervisor = progress.withLock({ $0.supervisor }) else { return }
            let ids = await supervisor.liveIDs
            if !ids.isEmpty { await supervisor.kill(id: ids[handles.dice.number(0...ids.count - 1)]) }
        }
    }

    private func suffer(_ fullDisk: Scenario.FullDisk) async {
        guard await handles.wait(fullDisk.after) else { return }
        handles.disk.fill(reserve: fullDisk.reserve)
        await handles.wait(fullDisk.time)
        handles.disk.clear()
    }

    /// Who samples what jobs use finds that one leaves its GPUs idle.
    private func endUnused() async {
        let running = database.read { $0.jobs.values.filter { $0.status == .running }.map(\.id) }
        if running.isEmpty { return }
        let id = running[handles.dice.number(0...running.count - 1)]
        await repeating { supervisor in
            try await supervisor.endUnused(
                jobID: id, UtilizationPolicy(minGpuUtilization: 10, timeWindow: Seconds(300)))
        }
    }

    /// Waits until every run has ended and every host is empty.
    private func awaitRest() async {
        let ends =
            scenario.faults.map(\.after) + scenario.fullDisks.map { $0.after + $0.time }
            + scenario.cuts.map { $0.after + $0.time }
        let last = (ends + scenario.runs.map(\.submitAfter) + scenario.crashes).max() ?? .zero
        await handles.wait(last + .seconds(60))
        while !Task.isCancelled {
            let isQuiet = database.read { tables in
                tables.runs.count == scenario.runs.count && tables.runs.values.allSatisfy(\.status.isFinished)
                    && tables.messages.isEmpty
                    && tables.instances.values.allSatisfy { instance in
                        instance.status == "terminated" || instance.status == "idle" && !instance.isClosing
                    }
            }
            if isQuiet, progress.withLock({ $0.busyUsers == 0 }), hosts.allSatisfy({ $0.taskIDs.isEmpty }) {
                progress.withLock { $0.isAtRest = true }
                return
            }
            await handles.wait(.seconds(5))
        }
    }
}

/// No scenario sends files.
private struct NoArchives: ArchiveDirectory {
    func loginKeys(of run: RunRecord) async throws -> [String] { [] }

    func code(of run: RunRecord, hash: String?) async throws -> RunCode { RunCode(repoID: "none") }

    func path(ofArchive id: String, projectID: String) async throws -> String { id }
}
