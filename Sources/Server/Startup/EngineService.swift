import Backends
import Logging
import ServiceLifecycle
import Store
import Supervisor

/// Runs the engine once the server listens, until it leaves. Jobs go on without it.
struct EngineService: Service {
    let supervisor: Supervisor
    /// Told once the server listens.
    let listening: AsyncStream<Void>

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            for await _ in listening { break }
            if Task.isCancelled { return }
            try await supervisor.run()
        }
    }
}
