import Backends
import CLinux
import Configurations
import Foundation
import Hummingbird
import JobActors
import Logging
import NIOCore
import NIOPosix
import SSH
import ServiceLifecycle
import Store
import Supervisor
import Wire

/// The server as a program: its directory, its database, its engine and its routes.
public enum Server {
    /// The version of dstack whose API is served.
    public static let version = ServerRoutes.version

    /// The project that the first start makes.
    public static let mainProject = "main"

    /// What is told once the server listens.
    public struct Ready: Sendable {
        /// Where clients reach it: `http://127.0.0.1:3000`.
        public let url: String
        public let adminToken: String
        public let project: String
    }

    /// Starts a server and returns when SIGTERM or SIGINT has ended it. Running jobs go on without it.
    ///
    /// - Parameter onReady: called once it listens.
    /// - Throws: `ServerError`, `StoreError` or `LocalError` where it cannot start, in words for the user.
    public static func run(
        _ options: ServerOptions, onReady: @escaping @Sendable (Ready) async -> Void
    ) async throws {
        // More would make no request faster: what is allocated is small and short-lived.
        _ = clinux_limit_arenas(2)
        // Keys and the values of secrets are in its memory.
        _ = clinux_forbid_core_files()
        let openFiles = OpenFiles.raise()
        var logger = Logger(label: "dstack")
        logger.logLevel = options.logLevel
        if openFiles < OpenFiles.few {
            logger.warning("\(OpenFiles.words(openFiles))")
        }
        let directory = try ServerDirectory(path: options.directory)
        let space = DiskSpace(
            directory: directory.path, reserve: directory.reserve, database: directory.database
        ) { [logger] report in
            switch report {
            case .full(let what): logger.error("\(what)")
            case .room(let what): logger.notice("\(what)")
            }
        }
        // A first start that is cut off would leave halves of its files.
        if access(directory.database, F_OK) != 0 { try space.requireRoom(for: "a new server") }
        let configuration = try FirstStart.configuration(directory)
        for line in configuration.unserved(path: directory.configuration) { logger.warning("\(line)") }
        let keyring = try Keyring(directory, configuration)
        let store = try SQLiteStore(path: directory.database, keyring: keyring, space: space)
        do {
            try await store.rotate { [logger] in logger.info("\($0)") }
            try await serve(options, configuration, directory, store, space, logger, onReady)
        } catch {
            try await store.close()
            throw named(error, options)
        }
        try await store.close()
        withExtendedLifetime(directory) {}
    }

    private static func serve(
        _ options: ServerOptions, _ configuration: ServerConfiguration, _ directory: ServerDirectory,
        _ store: SQLiteStore, _ space: DiskSpace, _ logger: Logger, _ onReady: @escaping @Sendable (Ready) async -> Void
    ) async throws {
        let clock = ServerClock.system
        let (admin, project) = try await FirstStart.accounts(in: store, token: options.adminToken, clock: clock)
        try await FirstStart.projects(of: configuration, by: admin, in: store, clock: clock)
        let archives = try FileArchives(store: store, directory: directory.archives)
        let logs = FileLogStore(directory: directory.logs, space: space)
        let metrics = try metricsStore(path: directory.metrics, logger)
        let timings = RunTimings()
        // A thread of the engine's own: however busy the routes are, no transition waits for them.
        let engineLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        let shim = LocalShim(
            directory: directory.path, program: options.shimPath ?? LocalShim.defaultProgram(),
            arguments: options.localRuntime == .process ? ["--docker-host", "none"] : [],
            loops: AgentLoops(engineLoop), logger: logger)
        if options.isLocalFleetDisabled {
            try await store.hideFleet(named: LocalFleet.name, projectID: project.id) { clock.stamp() }
        } else {
            let isPlaced = try await LocalFleet.place(
                in: store, projectID: project.id, resources: LocalMachine.resources(disk: directory.path),
                slots: options.localFleetSlots, clock: clock)
            if !isPlaced {
                logger.warning(
                    """
                    this machine takes no jobs: project '\(project.name)' has a fleet of hosts that is called \
                    '\(LocalFleet.name)'; delete that one and start the server anew
                    """
                )
            }
        }
        // A server that was killed may have left keys there.
        await SystemSSHLeftovers.sweep()
        let sessions = try SSHLoop()
        let supervisor = Supervisor(
            environment: Environment(
                executor: EventLoopExecutor(loop: engineLoop),
                clock: SystemEngineClock(), newID: clock.newID, jitter: { Double.random(in: 0..<1) }, store: store,
                logs: logs, logQuotaPerJobHour: options.logQuotaPerJobHour,
                hostImage: options.images.defaultImage ?? options.images.baseImage, logger: logger),
            compute: Machines(
                shim: shim, knownHosts: StoredHostKeys(store: store, clock: clock), sessions: sessions,
                keepAlive: options.keepAlive, loops: AgentLoops(engineLoop), logger: logger),
            archives: StoredArchives(archives: archives, store: store))

        let runtime = LocalRuntime(shim: shim, images: options.images, logger: logger) { hasDocker in
            try await LocalFleet.show(hasDocker: hasDocker, in: store, projectID: project.id, by: supervisor)
        }

        let (listening, listens) = AsyncStream<Void>.makeStream()
        let host = options.host.contains(":") ? "[\(options.host)]" : options.host
        let connections = ConnectionBoard()
        let server = DstackServer(
            services: Services(
                store: store, archives: archives, supervisor: supervisor, logs: logs, metrics: metrics, space: space,
                tokens: TokenCache(), clock: clock, logger: logger, permissions: configuration.defaultPermissions,
                uploadLimit: options.uploadLimit, unreachableTimeout: options.unreachableTimeout,
                metricsSettings: options.metrics, connections: connections, runTimings: timings,
                images: options.images, runtime: { await runtime.current() }))
        var application = Application(
            router: try server.router(),
            server: .onItsLoop,
            configuration: ApplicationConfiguration(address: .hostname(options.host, port: options.port)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? options.port
                listens.yield()
                await onReady(
                    Ready(url: "http://\(host):\(port)", adminToken: admin.token, project: project.name))
            },
            logger: quiet(logger))
        application.addServices(EngineService(supervisor: supervisor, listening: listening))
        application.addServices(DiskWatch(space: space))
        application.addServices(
            MetricsSampler(
                store: store, metrics: metrics, space: space, supervisor: supervisor,
                connections: connections, settings: options.metrics, logger: logger))
        application.addServices(
            HostSampler(
                store: store, metrics: metrics, space: space, supervisor: supervisor, settings: options.metrics,
                logger: logger))
        if let plan = options.actorKills {
            application.addServices(ActorKiller(plan: plan, supervisor: supervisor, logger: logger))
        }
        if options.metrics.isPrometheusOn {
            application.addServices(RunTimingService(store: store, timings: timings, logger: logger))
        }
        let result: Result<Void, any Error>
        do { result = .success(try await application.runService()) } catch { result = .failure(error) }
        await sessions.shutDown()
        try metrics.close()
        try result.get()
    }

    /// Samples are no reason for a server not to start.
    private static func metricsStore(path: String, _ logger: Logger) throws(StoreError) -> MetricsStore {
        do {
            return try MetricsStore(path: path)
        } catch {
            guard error.isFull else { throw error }
            logger.warning("metrics of jobs are kept in memory until the server starts anew: \(error)")
            return try MetricsStore()
        }
    }

    /// Hummingbird's own notes are of interest only when something is looked for.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel == .info { logger.logLevel = .notice }
        return logger
    }

    /// An error of the network in words that name the address.
    private static func named(_ error: any Error, _ options: ServerOptions) -> any Error {
        guard let error = error as? IOError else { return error }
        let reason =
            error.errnoCode == EADDRINUSE
            ? "the port is in use" : String(cString: strerror(error.errnoCode))
        return ServerError.address(host: options.host, port: options.port, reason: reason)
    }
}
