import AgentClient
import AgentServer
import Foundation
import Synchronization

/// Makes one of our agents look like dstack's own: what is ours is hidden, and what differs is as there.
///
/// It stands between a client and a real agent. Sources: `runner/internal/{shim,runner}/api` of dstack 0.21.
public final class OfficialLook: Sendable {
    private let agent: AgentAddress
    private let client = AgentHTTPClient()
    /// Whether the job was started: dstack's runner answers a second request with 409.
    private let isStarted = Mutex(false)
    /// Whether a client was told that nothing follows: dstack's runner then leaves.
    private let isOver = Mutex(false)

    /// What is in no answer of dstack's agents.
    private static let ours: Set<String> = [
        "boot_id", "seq", "address", "node_address", "runner_port", "runtime", "runtime_version",
        "build",
    ]

    private init(_ agent: AgentAddress) {
        self.agent = agent
    }

    /// Runs `body` with the address of an agent that looks like dstack's.
    public static func with<Value: Sendable>(
        _ agent: AgentAddress, _ body: @escaping @Sendable (AgentAddress) async throws -> Value
    ) async throws -> Value {
        let look = OfficialLook(agent)
        let server = AgentServer(router: look.router())
        let listening = try await server.listen(on: .tcp(host: "127.0.0.1", port: 0))
        let address = AgentAddress.tcp(ip: "127.0.0.1", port: listening.port ?? 0)
        let serving = Task { try await server.serve(listening) }
        let result: Result<Value, any Error>
        do { result = .success(try await body(address)) } catch { result = .failure(error) }
        serving.cancel()
        _ = await serving.result
        try await server.shutDown()
        look.client.shutdown()
        return try result.get()
    }

    private func router() -> Router {
        var router = Router()
        for path in ["/api/healthcheck", "/api/metrics", "/api/tasks", "/api/instance/info"] {
            router.on(.GET, path) { try await self.pass($0) }
        }
        // To dstack's shim the stream is a task of that name.
        router.on(.GET, "/api/tasks/{id}") { request in
            request.parameters["id"] == "stream" ? .text("", status: .notFound) : try await self.pass(request)
        }
        for path in ["/api/tasks", "/api/tasks/{id}/terminate", "/api/tasks/{id}/remove"] {
            router.on(.POST, path) { try await self.pass($0) }
        }
        for path in ["/api/submit", "/api/upload_archive", "/api/upload_code", "/api/stop"] {
            router.on(.POST, path) { try await self.pass($0) }
        }
        router.on(.POST, "/api/run") { request in
            let isSecond = self.isStarted.withLock { started in
                defer { started = true }
                return started
            }
            return isSecond ? .text("", status: .conflict) : try await self.pass(request)
        }
        router.on(.GET, "/api/pull") { request in
            if self.isOver.withLock({ $0 }) { throw Gone() }
            return try await self.pass(request)
        }
        return router
    }

    private struct Gone: Error {}

    private func pass(_ request: Request) async throws -> Response {
        let query = request.query["timestamp"].map { "?timestamp=\($0)" } ?? ""
        let body = try await request.body.collect(limit: 64 << 20)
        let headers =
            request.headers.first(name: "content-type").map { [AgentRequest.Header("Content-Type", $0)] } ?? []
        let answer = try await client.send(
            AgentRequest(
                request.method == .GET ? .get : .post, request.path + query, headers: headers,
                body: body.readableBytes > 0 ? body : nil), to: agent, within: .seconds(50))
        let bytes = Data(answer.body.readableBytesView)
        guard answer.status == 200, !bytes.isEmpty,
            let value = try? JSONSerialization.jsonObject(with: bytes, options: .fragmentsAllowed)
        else { return Response(status: .init(statusCode: answer.status), body: .bytes(answer.body)) }
        if let page = value as? [String: Any], page["has_more"] as? Bool == false { isOver.withLock { $0 = true } }
        let plain = try JSONSerialization.data(withJSONObject: Self.plain(value), options: .fragmentsAllowed)
        return Response(headers: ["content-type": "application/json"], body: .bytes(ByteBuffer(bytes: plain)))
    }

    private static func plain(_ value: Any) -> Any {
        if let list = value as? [Any] { return list.map(plain) }
        guard var object = value as? [String: Any] else { return value }
        // With the host's network no port is mapped.
        if object["status"] as? String == "running", object["id"] != nil { object["ports"] = [Any]() }
        for key in object.keys where ours.contains(key) { object[key] = nil }
        return object.mapValues(plain)
    }
}
