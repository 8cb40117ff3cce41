import AgentServer
import NIOHTTP1
import Wire

/// dstack's shim API, version 2, and the stream of task transitions.
struct ShimRouter: Sendable {
    let keeper: TaskKeeper
    let host: HostFacts
    /// The directory that the shim keeps its state in.
    let home: String
    /// The engine that runs containers, where one is to be used.
    let docker: DockerEngine?
    let shutdown: ShutdownSignal

    var router: Router {
        var router = Router()
        router.on(.GET, "/api/healthcheck") { [host] _ in
            try .json(AgentHealth(service: "dstack-shim", version: HostFacts.version, build: host.build))
        }
        router.on(.GET, "/api/instance/info") { [host, docker] _ in
            var info = host.instanceInfo()
            info.runtime = "process"
            // Asked each time: an engine may be installed, started and stopped while the shim runs.
            do {
                if let version = try await docker?.version() {
                    info.runtime = "docker"
                    info.runtimeVersion = version.version
                }
            } catch {
                // Nobody answers there: tasks with an image are refused by name.
            }
            return try .json(info)
        }
        router.on(.GET, "/api/instance/health") { [host, docker, home] _ in
            try .json(await host.health(home: home, docker: docker))
        }
        router.on(.GET, "/api/components") { [host] _ in try .json(host.components()) }
        router.on(.POST, "/api/components/install") { _ in
            throw HTTPFailure(
                .notImplemented,
                "this shim does not install programs: replace dstack-shim and dstack-runner together on the host")
        }
        router.on(.POST, "/api/shutdown") { [shutdown] request in
            let body: ShimShutdownRequest = try await request.body.json()
            shutdown.fire(body.force ? "asked for, forced" : "asked for")
            return .json(text: "null")
        }
        addTasks(to: &router)
        return router
    }

    private func addTasks(to router: inout Router) {
        router.on(.GET, "/api/tasks") { [keeper] _ in
            let tasks = await keeper.tasks()
            return try .json(ShimTaskList(tasks: tasks.map { .init(id: $0.id, status: $0.status) }))
        }
        router.on(.POST, "/api/tasks") { [keeper] request in
            let body: ShimTaskRequest = try await request.body.json()
            return try await answering { () async throws(TaskRefusal) in try await keeper.submit(body) }
        }
        router.on(.GET, "/api/tasks/stream") { [keeper] _ in
            .stream(contentType: "application/x-ndjson") { writer in
                for await line in await keeper.watch() {
                    try await writer.write(line)
                }
            }
        }
        router.on(.GET, "/api/tasks/{id}") { [keeper] request in
            let id = request.parameters["id"]
            return try await answering { () async throws(TaskRefusal) in try await keeper.task(id: id) }
        }
        router.on(.POST, "/api/tasks/{id}/terminate") { [keeper] request in
            let id = request.parameters["id"]
            let body: ShimTerminateRequest = try await request.body.json()
            return try await answering { () async throws(TaskRefusal) in try await keeper.terminate(id: id, body) }
        }
        router.on(.POST, "/api/tasks/{id}/remove") { [keeper] request in
            let id = request.parameters["id"]
            do throws(TaskRefusal) {
                try await keeper.remove(id: id)
            } catch {
                throw HTTPFailure(error)
            }
            return .json(text: "null")
        }
        router.on(.GET, "/metrics/tasks/{id}") { [keeper] request in
            let id = request.parameters["id"]
            _ = try await answering { () async throws(TaskRefusal) in try await keeper.task(id: id) }
            throw HTTPFailure(.notFound, "no metrics exporter (DCGM) is installed on this host")
        }
    }
}

/// A task as the answer, or the refusal as its status.
private func answering(_ body: () async throws(TaskRefusal) -> ShimTask) async throws -> Response {
    let task: ShimTask
    do throws(TaskRefusal) {
        task = try await body()
    } catch {
        throw HTTPFailure(error)
    }
    return try .json(task)
}

extension HTTPFailure {
    fileprivate init(_ refusal: TaskRefusal) {
        let status: HTTPResponseStatus =
            switch refusal {
            case .invalid: .badRequest
            case .unknown: .notFound
            case .duplicate, .notTerminated, .ended: .conflict
            case .failed: .internalServerError
            }
        self.init(status, "\(refusal)")
    }
}

extension Response {
    /// JSON that is written out already.
    fileprivate static func json(text: String) -> Response {
        var response = Response.text(text + "\n")
        response.headers.replaceOrAdd(name: "content-type", value: "application/json")
        return response
    }
}
