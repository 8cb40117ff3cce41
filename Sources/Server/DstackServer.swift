import Hummingbird
import Wire

/// dstack's HTTP API over a store.
///
/// It owns the routes and their caches. It does not open the store nor start the engine.
struct DstackServer: Sendable {
    private let services: Services

    /// Most bytes of a JSON body.
    private static let bodyLimit = 8 * 1024 * 1024

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
            answers: AnswerCache(), serverVersion: version, bodyLimit: Self.bodyLimit)
        ServerRoutes.register(in: endpoints, uploadLimit: services.uploadLimit)
        UserRoutes(services: services).register(in: endpoints)
        ProjectRoutes(services: services).register(in: endpoints)
        RepoRoutes(services: services).register(in: endpoints)
        FileRoutes(services: services).register(in: endpoints)
        SecretRoutes(services: services).register(in: endpoints)
        RunRoutes(services: services).register(in: endpoints)
        FleetRoutes(services: services).register(in: endpoints)
        EventRoutes(services: services).register(in: endpoints)
        LogRoutes(services: services).register(in: endpoints)
        TunnelRoutes(services: services).register(in: endpoints)
        MetricsRoutes(services: services).register(in: endpoints)
        PrometheusRoutes(services: services).register(in: endpoints)
        UnservedRoutes.register(in: endpoints)
        return router
    }
}
