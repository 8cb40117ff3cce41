import Glibc
import Wire

/// Owns the tasks: performs what their machines decide, one event at a time, on the loop's thread.
actor TaskKeeper {
    nonisolated let loop: ProcessLoop
    nonisolated let bootID: String
    var files: TaskFiles
    let containerRecords: RecordFiles<ContainerRecord>
    /// Runs containers; nil where no Docker Engine is to be used.
    let driver: ContainerDriver?
    let launcher: RunnerLauncher
    let groups: GroupRoot
    let trash: TrashBin
    let log: ShimLog
    /// How many GPUs the host has at this moment.
    let gpus: @Sendable () -> Int
    let kernelBoot = Proc.kernelBoot()
    /// How long the end of a task waits for its container that is being made.
    let makingPatience: Duration
    /// When it is looked for a container that an engine may make after its task has ended: pauses, the first one after the
    /// request for it. An engine goes on with a request whose asker has left.
    let lateLooks: [Duration]

    /// Tasks that are plain processes.
    var entries: [String: TaskEntry] = [:]
    /// Tasks in containers.
    var containers: [String: ContainerEntry] = [:]
    /// Records that cannot be read: their ids are taken, their tasks count as lost.
    var unreadable: [String: ShimError] = [:]
    /// Our children, by process number.
    var runners: [Int32: String] = [:]
    var addresses: AddressPlan
    private var hold: PortHold?
    var ended = EndedIDs()
    var notices = NoticeHub()
    var seq = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(
        loop: ProcessLoop, bootID: String, files: TaskFiles, containerRecords: RecordFiles<ContainerRecord>,
        driver: ContainerDriver?, launcher: RunnerLauncher, groups: GroupRoot, trash: TrashBin, log: ShimLog,
        addressSeed: UInt32, makingPatience: Duration = .seconds(2),
        lateLooks: [Duration] = [0, 1, 5, 30, 120, 600].map { .seconds($0) },
        gpus: @escaping @Sendable () -> Int = { 0 }
    ) {
        self.loop = loop
        self.bootID = bootID
        self.files = files
        self.containerRecords = containerRecords
        self.driver = driver
        self.launcher = launcher
        self.groups = groups
        self.trash = trash
        self.log = log
        self.gpus = gpus
        self.makingPatience = makingPatience
        self.lateLooks = lateLooks
        addresses = AddressPlan(seed: addressSeed)
    }

    /// Sees to it that the runners' port stays to be had. A machine where somebody has it already tells each task so.
    func holdPort() {
        let address = addresses.next()
        do {
            hold = try PortHold(address: address, port: launcher.port)
        } catch {
            addresses.release(address)
            log.warning("\(error)")
        }
    }

    // MARK: What is asked of it

    /// Takes a task and starts its runner, in a container where it names an image. The answer says whether it runs, and
    /// why not.
    func submit(_ request: ShimTaskRequest) throws(TaskRefusal) -> ShimTask {
        guard !request.id.isEmpty else { throw .invalid("empty id") }
        guard !request.name.isEmpty else { throw .invalid("empty name") }
        guard TaskFiles.isUsable(id: request.id) else {
            throw .invalid("id '\(request.id)' must be 1 to 128 letters, digits, '-', '_' or '.'")
        }
        guard entries[request.id] == nil, containers[request.id] == nil, unreadable[request.id] == nil else {
            throw .duplicate(id: request.id)
        }
        guard !ended.contains(request.id) else { throw .ended(id: request.id) }
        let isContainer = !request.imageName.isEmpty && driver?.isThere == true
        if let reason = isContainer ? ContainerRequest.refusal(of: request) : ProcessRuntime.refusal(of: request) {
            return try refuse(request, reason)
        }
        if isContainer { return try startContainer(request) }
        do throws(ShimError) {
            return try start(request)
        } catch {
            log.error("task \(request.id): \(error)")
            throw .failed(error)
        }
    }

    /// Ends a task and returns when it has ended. The first reason stays.
    func terminate(id: String, _ request: ShimTerminateRequest) async throws(TaskRefusal) -> ShimTask {
        if containers[id] != nil {
            log.info("task \(id): to be terminated within \(request.timeout) s: \(request.terminationReason)")
            await terminateContainer(id: id, request)
            return try task(id: id)
        }
        guard entries[id] != nil else {
            guard let error = unreadable[id] else {
                ended.insert(id)
                throw .unknown(id: id)
            }
            return Self.lost(id, error)
        }
        log.info("task \(id): to be terminated within \(request.timeout) s: \(request.terminationReason)")
        event(id) {
            $0.terminate(
                reason: request.terminationReason, message: request.terminationMessage,
                grace: max(0, request.timeout))
        }
        if entries[id]?.machine.isTerminated == false {
            await withCheckedContinuation { waiter in
                // Nothing ran since the check: this closure is called at once.
                entries[id]?.waiters.append(waiter)
            }
        }
        return try task(id: id)
    }

    /// Forgets a terminated task and deletes its directory.
    func remove(id: String) throws(TaskRefusal) {
        if let container = containers[id] {
            try removeContainer(container)
        } else if let entry = entries[id] {
            try remove(entry)
        } else {
            guard unreadable[id] != nil else { throw .unknown(id: id) }
            try removeUnreadable(id)
            return
        }
        ended.insert(id)
        publish { ShimStreamLine(bootID: bootID, seq: $0, removed: id) }
        log.info("task \(id): removed")
    }

    private func remove(_ entry: TaskEntry) throws(TaskRefusal) {
        let id = entry.record.id
        guard entry.machine.isTerminated else { throw .notTerminated(id: id) }
        do throws(ShimError) {
            if try files.remove(entry.record) { trash.filled() }
        } catch {
            throw .failed(error)
        }
        if !entry.record.group.remove() {
            log.warning("task \(id): its control group cannot be removed yet; that is tried again at the next start")
        }
        addresses.release(entry.record.address)
        entries[id] = nil
    }

    func task(id: String) throws(TaskRefusal) -> ShimTask {
        if let entry = entries[id] { return entry.wire }
        if let container = containers[id] { return containerWire(container) }
        guard let error = unreadable[id] else { throw .unknown(id: id) }
        return Self.lost(id, error)
    }

    /// All tasks, by id.
    func tasks() -> [ShimTask] {
        (entries.values.map(\.wire) + containers.values.map(containerWire)
            + unreadable.map { Self.lost($0.key, $0.value) }).sorted { $0.id < $1.id }
    }

    /// The stream's lines, beginning with the snapshot.
    func watch() -> AsyncStream<NoticeHub.Line> {
        notices.subscribe(first: ShimStreamLine(bootID: bootID, seq: seq, tasks: tasks()), log)
    }

    /// Answers who waits for the end of a task with how it stands: the shim leaves before it.
    func stopWaiting() {
        for id in entries.keys.sorted() {
            let waiters = entries[id]?.waiters ?? []
            entries[id]?.waiters = []
            for waiter in waiters { waiter.resume() }
        }
        for id in containers.keys.sorted() {
            let waiters = containers[id]?.waiters ?? []
            containers[id]?.waiters = []
            for waiter in waiters { waiter.resume() }
        }
    }

    /// Tells those who watch that the shim is there.
    func heartbeat() {
        notices.send(ShimStreamLine(bootID: bootID, seq: seq), log)
    }

    // MARK: Events

    /// Lets a task's machine take an event and does what it says.
    func event(_ id: String, _ body: (inout TaskMachine) -> [TaskMachine.Action]) {
        guard var entry = entries[id] else { return }
        let actions = body(&entry.machine)
        entry.record.update(from: entry.machine)
        entries[id] = entry
        for action in actions {
            perform(action, id)
        }
    }

    /// Counts a change and tells those who watch.
    func publish(_ line: (Int) -> ShimStreamLine) {
        seq += 1
        notices.send(line(seq), log)
    }

    private func removeUnreadable(_ id: String) throws(TaskRefusal) {
        do throws(ShimError) {
            try files.records.remove(id)
            try containerRecords.remove(id)
        } catch {
            throw .failed(error)
        }
        unreadable[id] = nil
        publish { ShimStreamLine(bootID: bootID, seq: $0, removed: id) }
    }

    private static func lost(_ id: String, _ error: ShimError) -> ShimTask {
        ShimTask(
            id: id, status: .terminated, terminationReason: "executor_error", terminationMessage: "\(error)",
            ports: [], runtime: "process")
    }
}
