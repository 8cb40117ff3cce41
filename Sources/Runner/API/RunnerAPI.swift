import AgentServer
import NIOCore
import Wire

/// The runner's HTTP API: translates requests into messages to the job loop and looks at the journal.
struct RunnerAPI: Sendable {
    let mailbox: Mailbox
    let journal: Journal
    /// For large pages and for uploads. What a stream reads at a time comes from the page cache, on the loop's thread.
    let worker = Worker()
    /// For metrics alone: a GPU's tool that hangs must not hold up anything else.
    let prober = Worker()
    let gpus = GPUProbe()
    let tunnels = TunnelCount()
    let readers: LogReaders
    let presence: Presence
    let sshPort: Int
    let tempDirectory: String
    let archiveDirectory: String
    /// Whether the job is a plain process on its host, not the only thing in a container.
    let isProcess: Bool

    func router() -> Router {
        var router = Router()
        router.on(.GET, "/api/healthcheck") { _ in
            try .json(Healthcheck(service: "dstack-runner", version: Program.version))
        }
        router.on(.POST, "/api/submit") { request in
            let body: RunnerSubmitRequest = try await request.body.json()
            let _: Void = try await answer { .submit(body, $0) }
            return .ok
        }
        router.on(.POST, "/api/run") { _ in
            let info: RunnerJobInfo? = try await answer { .run($0) }
            // As dstack's runner answers where user or directory could not be found: the state tells why.
            guard let info else { return .ok }
            return try .json(info)
        }
        router.on(.POST, "/api/stop") { request in
            let body = try await request.body.collect(limit: 1 << 16)
            let grace = try StopBody.grace(body)
            let _: Void = try await answer { .stop(grace, $0) }
            return .ok
        }
        router.on(.POST, "/api/upload_archive") { try await uploadArchive($0) }
        router.on(.POST, "/api/upload_code") { try await uploadCode($0) }
        router.on(.GET, "/api/pull") { try await pull($0) }
        router.on(.GET, "/api/stream") { try stream($0) }
        router.on(.GET, "/api/metrics") { _ in
            try .json(try await prober.run { JobMetrics.now(isProcess: isProcess, gpus) })
        }
        router.on(.GET, "/api/tunnel") { try await tunnel($0) }
        router.onWebSocket("/logs_ws") { query, socket in try await sendLogs(query, to: socket) }
        return router
    }

    /// Asks the job loop; what it refuses becomes an answer to the client.
    func answer<Value: Sendable>(_ question: (Reply<Value>) -> Message) async throws -> Value {
        do {
            return try await mailbox.ask(question)
        } catch let refusal as Refusal {
            throw HTTPFailure(.conflict, refusal.description)
        } catch let failure as JobFailure {
            throw HTTPFailure(.badRequest, failure.description)
        }
    }
}

private struct Healthcheck: Encodable {
    let service: String
    let version: String
}
