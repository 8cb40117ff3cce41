import Hummingbird
import Logging
import Store
import Supervisor
import Wire

/// dstack's HTTP API over a store.
///
/// It owns the routes and their caches. It does not open the store nor start the engine.
public struct DstackServer: Sendable {
    private let services: Services

    /// Most bytes of a JSON body.
    private static let bodyLimit = 8 * 1024 * 1024

    /// - Parameters:
    ///   - store: holds the users, projects and everything else that is told.
    ///   - archives: holds the files that users send.
    ///   - supervisor: runs what is submitted.
    ///   - logger: access at debug, the server's own failures at error.
    public init(store: SQLiteStore, archives: FileArchives, supervisor: Supervisor, logger: Logger) {
        self.init(
            services: Services(
                store: store, archives: archives, supervisor: supervisor, tokens: TokenCache(), clock: .system,
                logger: logger))
    }

    init(services: Services) {
        self.services = services
    }

    /// All routes.
    func router() throws -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: AccessLogMiddleware())
        router.add(middleware: ErrorMiddleware())
        guard let version = APIVersion(ServerRoutes.version) else {
            preconditionFailure("the version in the source is one")
        }
        let endpoints = Endpoints(
            router: router, gatekeeper: Gatekeeper(store: services.store, tokens: services.tokens),
            serverVersion: version, bodyLimit: Self.bodyLimit)
        ServerRoutes.register(in: endpoints)
        UserRoutes(services: services).register(in: endpoints)
        ProjectRoutes(services: services).register(in: endpoints)
        RepoRoutes(services: services).register(in: endpoints)
        FileRoutes(services: services).register(in: endpoints)
        SecretRoutes(services: services).register(in: endpoints)
        RunRoutes(services: services).register(in: endpoints)
        FleetRoutes(services: services).register(in: endpoints)
        EventRoutes(services: services).register(in: endpoints)
        UnservedRoutes.register(in: endpoints)
        return router
    }

    /// The application that listens on an address.
    ///
    /// - Parameter onRunning: called once it listens, with the port (which matters where 0 was asked for).
    func application(
        host: String, port: Int, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        Application(
            router: try router(),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) },
            logger: services.logger)
    }
}
