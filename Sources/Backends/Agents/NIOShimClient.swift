import FoundationEssentials
import AgentClient
import Wire

/// Talks to a dstack-shim over HTTP: ours pushes, dstack's own is polled.
public struct NIOShimClient: ShimClient {
    /// For a request that the shim answers at once.
    private let requestTime: Duration
    /// The shim's stream beats every 10 s: three missed beats are a broken connection.
    private static let silence = Duration.seconds(31)

    private let client: AgentHTTPClient
    private let address: AgentAddress

    /// - Parameters:
    ///   - address: where the shim listens.
    ///   - time: for a request that it answers at once.
    public init(address: AgentAddress, on loops: AgentLoops = .shared, requestTime time: Duration = .seconds(9)) {
        self.address = address
        requestTime = time
        client = AgentHTTPClient(idlePerAddress: 8, on: loops)
    }

    public func submit(_ request: ShimTaskRequest) async throws(AgentError) -> ShimTask {
        let answer = try await send(.post, "/api/tasks", try Self.json(request))
        if answer.status == 409, let task = try await task(id: request.id) { return task }
        return try Self.read(ShimTask.self, try Self.accepted(answer)).located()
    }

    public func task(id: String) async throws(AgentError) -> ShimTask? {
        let answer = try await send(.get, "/api/tasks/\(Self.escaped(id))")
        guard answer.status != 404 else { return nil }
        return try Self.read(ShimTask.self, try Self.accepted(answer)).located()
    }

    public func terminate(
        id: String, reason: String, message: String, grace: Int
    ) async throws(AgentError) {
        let body = try Self.json(
            ShimTerminateRequest(terminationReason: reason, terminationMessage: message, timeout: grace))
        // The shim answers when the task has ended.
        let time = requestTime + .seconds(max(0, grace))
        let answer = try await send(.post, "/api/tasks/\(Self.escaped(id))/terminate", body, within: time)
        guard answer.status != 404 else { return }
        _ = try Self.accepted(answer)
    }

    public func remove(id: String) async throws(AgentError) {
        let answer = try await send(.post, "/api/tasks/\(Self.escaped(id))/remove")
        guard answer.status != 404 else { return }
        _ = try Self.accepted(answer)
    }

    public func watch() async throws(AgentError) -> any ShimWatch {
        do {
            let response = try await client.stream(
                AgentRequest(.get, "/api/tasks/stream"), from: address, headWithin: requestTime,
                silence: Self.silence)
            if response.status == 200 { return NIOShimWatch(response) }
            response.cancel()
            // To a shim that cannot push it is the name of a task that is not there.
            guard response.status == 404 else {
                throw AgentError.refused(status: response.status, message: "GET /api/tasks/stream")
            }
            return polled()
        } catch {
            throw AgentError(error)
        }
    }

    /// The same by asking again and again.
    func polled(pause: PollPause = PollPause()) -> any ShimWatch {
        PolledShimWatch(pause: pause) { () async throws(AgentError) in
            try await tasks()
        } task: { (id) async throws(AgentError) in
            try await task(id: id)
        }
    }

    public func hostHealth() async throws(AgentError) -> ShimHealth {
        try Self.read(ShimHealth.self, try Self.accepted(try await send(.get, "/api/instance/health")))
    }

    /// What answers: its name and version.
    public func health() async throws(AgentError) -> AgentHealth {
        try Self.read(AgentHealth.self, try Self.accepted(try await send(.get, "/api/healthcheck")))
    }

    /// What the shim tells of its host: GPUs and runtime.
    public func info(within time: Duration) async throws(AgentError) -> ShimInstanceInfo {
        try Self.read(
            ShimInstanceInfo.self, try Self.accepted(try await send(.get, "/api/instance/info", within: time)))
    }

    /// All tasks that the shim knows.
    public func tasks() async throws(AgentError) -> [ShimTaskList.Item] {
        try Self.read(ShimTaskList.self, try Self.accepted(try await send(.get, "/api/tasks"))).tasks
    }

    /// Asks the shim to leave; its tasks go on.
    public func shutdown() async throws(AgentError) {
        _ = try Self.accepted(
            try await send(.post, "/api/shutdown", try Self.json(ShimShutdownRequest(force: false))))
    }

    /// Closes every connection.
    public func release() {
        client.shutdown()
    }

    private func send(
        _ method: AgentRequest.Method, _ target: String, _ body: ByteBuffer? = nil, within time: Duration? = nil
    ) async throws(AgentError) -> AgentResponse {
        let headers = body == nil ? [] : [AgentRequest.Header("Content-Type", "application/json")]
        do {
            // Every request of this API may be sent twice.
            return try await client.send(
                AgentRequest(method, target, headers: headers, body: body, isRepeatable: true), to: address,
                within: time ?? requestTime)
        } catch {
            throw AgentError(error)
        }
    }

    private static func accepted(_ answer: AgentResponse) throws(AgentError) -> AgentResponse {
        guard answer.status < 400 else { throw AgentError(refusal: answer) }
        return answer
    }

    private static func read<Value: Decodable>(
        _ type: Value.Type, _ answer: AgentResponse
    ) throws(AgentError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(answer.body.readableBytesView))
        } catch {
            throw .malformed("\(type): \(error)")
        }
    }

    private static func json(_ value: some Encodable) throws(AgentError) -> ByteBuffer {
        do {
            return ByteBuffer(bytes: try JSONEncoder().encode(value))
        } catch {
            throw .malformed("a request that cannot be written as JSON: \(error)")
        }
    }

    /// An id as one part of a path.
    private static func escaped(_ id: String) -> String {
        let plain = id.utf8.allSatisfy { byte in
            byte < 128
                && (Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_"))
        }
        if plain { return id }
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = id.utf8.flatMap { [UInt8(ascii: "%"), digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
