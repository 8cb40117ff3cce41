import Wire
import Glibc

/// Does what a container's state owes, by the Docker Engine, and tells what came of it. Every effect may be repeated.
struct ContainerDriver: Sendable {
    enum Outcome: Sendable {
        case progress(PullProgress)
        case pulled(DockerImage)
        case started(ContainerMachine.Place)
        case failed(reason: String, message: String)
        case exited(ContainerMachine.Exit)
        case removed
    }

    typealias Post = @Sendable (Outcome) async -> Void

    /// How long an engine that does not answer is waited for before a task that is not running yet fails.
    static let patience = Duration.seconds(300)
    /// How long a pull may go on without a word of the engine.
    static let pullSilence = Duration.seconds(300)

    let engine: DockerEngine
    let networks: RunNetworks
    let runner: RunnerLauncher
    /// The host's GPUs at this moment.
    let gpus: @Sendable () -> GPUKind
    /// As many as it is known to have.
    let gpusKnown: Int
    /// The value of the label that tells this shim's containers from another's.
    let shim: String
    let log: ShimLog

    init(
        engine: DockerEngine, runner: RunnerLauncher, gpus: @escaping @Sendable () -> GPUKind, gpusKnown: Int,
        shim: String,
        log: ShimLog
    ) {
        self.engine = engine
        networks = RunNetworks(engine: engine)
        self.runner = runner
        self.gpus = gpus
        self.gpusKnown = gpusKnown
        self.shim = shim
        self.log = log
    }

    /// Whether there is something to ask: an engine that is being started again leaves its socket, or comes back to it.
    var isThere: Bool { access(engine.socket, F_OK) == 0 }

    func perform(
        _ effect: ContainerMachine.Effect, _ record: ContainerRecord, _ credentials: RegistryCredentials?,
        post: @escaping Post
    ) async {
        let name = record.request.name
        do {
            switch effect {
            case .pull:
                let patience = PatienceWithEngine(Self.patience)
                try await again(record.id, patience) {
                    try await pull(record, credentials) { outcome in
                        if case .progress = outcome { patience.progressed() }
                        await post(outcome)
                    }
                }
            case .start(let image):
                let place = try await again(record.id, PatienceWithEngine(Self.patience)) {
                    try await start(record, image)
                }
                await post(.started(place))
            case .watch:
                await post(.exited(try await forever(record.id) { try await watch(name) }))
            case .stop(let grace):
                try await forever(record.id) { try await engine.stop(name, grace: grace) }
            case .remove:
                try await forever(record.id) { try await remove(record) }
                await post(.removed)
            }
        } catch {
            // Cancelled: the state no longer owes it.
            guard !Task.isCancelled, let error = error as? DockerError else { return }
            log.warning("task \(record.id): \(error)")
            await post(.failed(reason: "creating_container_error", message: "\(error)"))
        }
    }

    // MARK: Effects

    private func pull(_ record: ContainerRecord, _ credentials: RegistryCredentials?, _ post: Post) async throws {
        let image = record.request.image
        let name = ImageName(image)
        let known = try await engine.image(image)
        // What was built or imported here has no registry to ask for a newer one.
        if let known, !name.isMoving || known.digests?.isEmpty != false {
            return await post(Self.checked(known, image))
        }
        if known == nil, credentials == nil, record.request.hadCredentials {
            let message =
                "the shim was started again while it pulled '\(image)', and registry credentials are never written "
                + "down; submit the run again"
            return await post(.failed(reason: "executor_error", message: message))
        }
        log.info("task \(record.id): pulling \(image)")
        do throws(DockerError) {
            try await engine.pull(name, credentials, silence: Self.pullSilence) { await post(.progress($0)) }
        } catch {
            if error.isTransient { throw error }
            guard let known else {
                return await post(
                    .failed(
                        reason: "creating_container_error",
                        message: PullRefusal.words(image, error, hasCredentials: credentials != nil)))
            }
            log.warning("task \(record.id): \(error); the '\(image)' that is here is used")
            return await post(Self.checked(known, image))
        }
        guard let pulled = try await engine.image(image) else {
            throw DockerError.refused(status: 404, message: "'\(image)' was pulled and is not there; pull it by hand")
        }
        await post(Self.checked(pulled, image))
    }

    private static func checked(_ found: DockerImage, _ name: String) -> Outcome {
        guard let message = HostPlatform.refusal(of: found, name) else { return .pulled(found) }
        return .failed(reason: "creating_container_error", message: message)
    }

    private func start(_ record: ContainerRecord, _ image: DockerImage) async throws -> ContainerMachine.Place {
        let request = record.request
        let gpus = gpus()
        if let words = gpus.shortage(of: request.gpus, known: gpusKnown) {
            throw DockerError.refused(status: 409, message: words)
        }
        let plan = ContainerPlan(
            request, image, task: record.id, shim: shim, runner: runner, gpus: gpus,
            hasFabric: access(ContainerPlan.Place.fabric, F_OK) == 0)
        if case .run(let network) = request.network {
            try await networks.prepare(network, label: ContainerPlan.shimLabel)
        }
        for mount in request.mounts {
            do throws(ShimError) {
                try VolumeFolder.make(mount.source)
            } catch {
                // The engine may see it, or make it out all the same; if not, it says which is missing.
                log.warning("task \(record.id): \(error)")
            }
        }
        do {
            try await run(request.name, plan)
        } catch let error as DockerError {
            throw error.explained(request)
        }
        guard let container = try await engine.container(request.name) else {
            throw DockerError.refused(status: 404, message: "the container was removed as soon as it was started")
        }
        var published: [Int: Int] = [:]
        for (port, bindings) in container.network?.ports ?? [:] {
            guard let inside = port.split(separator: "/").first.flatMap({ Int($0) }),
                let outside = bindings?.first.flatMap({ Int($0.port) })
            else { continue }
            published[inside] = outside
        }
        if case .host(let address) = request.network {
            // There the job's server listens on the host's own loopback too.
            let ssh = request.publishesSSH == true ? [JobSSHServer.port: JobSSHServer.port] : [:]
            return .init(address: address, nodeAddress: address, published: ssh)
        }
        // A container that ended at once has no address any more; its end is told next.
        let address = container.network?.networks?[request.network.mode]?.address ?? ""
        return .init(address: address, nodeAddress: address, published: published)
    }

    private func run(_ name: String, _ plan: ContainerPlan) async throws {
        do {
            try await engine.createToTheEnd(name, plan)
            try await engine.start(name)
        } catch let error as DockerError {
            // A host whose driver has no device for displays.
            guard error.description.contains("nvidia-modeset"), let other = plan.withoutDisplay else { throw error }
            try await engine.remove(name)
            try await engine.createToTheEnd(name, other)
            try await engine.start(name)
        }
    }

    private func watch(_ name: String) async throws -> ContainerMachine.Exit {
        while true {
            try await engine.waitUntilStopped(name)
            guard let container = try await engine.container(name) else {
                return .init(status: nil, isOutOfMemory: false, log: "")
            }
            switch container.state.status {
            case "exited", "dead":
                return .init(
                    status: container.state.exitCode, isOutOfMemory: container.state.isOOMKilled ?? false,
                    log: try await lastWords(of: name))
            default:
                // It runs, or it is paused: an engine that leaves ends its answers early.
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// What the container printed last. Where the engine refuses to tell, as of one that it calls dead, it is not known:
    /// the end is told without.
    private func lastWords(of name: String) async throws -> String {
        do throws(DockerError) {
            return try await engine.logTail(name, lines: 5)
        } catch {
            if case .unreachable = error { throw error }
            log.warning("container \(name): its log cannot be read: \(error)")
            return ""
        }
    }

    private func remove(_ record: ContainerRecord) async throws {
        let name = record.request.name
        try await engine.remove(name)
        while try await engine.container(name) != nil {
            // Another request deletes it.
            try await Task.sleep(for: .milliseconds(50))
            try await engine.remove(name)
        }
        if case .run(let network) = record.request.network { try await networks.release(network) }
    }

    // MARK: Again

    /// Tries until the engine answers.
    private func forever<Value>(_ id: String, _ body: () async throws -> Value) async throws -> Value {
        try await again(id, nil, body)
    }

    /// Tries until the engine answers, or the patience is over; nil for one without end.
    private func again<Value>(
        _ id: String, _ patience: PatienceWithEngine?, _ body: () async throws -> Value
    ) async throws -> Value {
        var pause = Duration.milliseconds(50)
        var isTold = false
        while true {
            try Task.checkCancellation()
            do {
                return try await body()
            } catch let error as DockerError {
                try Task.checkCancellation()
                // With endless patience nothing but success will do: what is refused now is asked for again.
                if let patience, !error.isTransient || patience.isOver(afterFailureAt: .now) { throw error }
                if !isTold { log.warning("task \(id): \(error); trying again") }
                isTold = true
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
    }
}
