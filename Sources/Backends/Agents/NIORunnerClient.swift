import FoundationEssentials
import AgentClient
import Wire

/// Talks to a dstack-runner over HTTP: one per job, with connections of its own. Ours pushes, dstack's own is polled.
public struct NIORunnerClient: RunnerClient {
    /// For a request that the runner answers at once.
    private let requestTime: Duration
    /// For an upload of so many bytes: a slow link carries a megabyte a second, or a little less.
    private static func uploadTime(_ bytes: Int) -> Duration { .seconds(60 + bytes / 500_000) }
    /// For what a runner that is polled has to tell.
    private static let pullTime = Duration.seconds(60)
    /// Bytes of one answer of a runner that is polled.
    private static let pullLimit = 1 << 30
    /// The runner's stream beats every 5 s: three missed beats are a broken connection.
    private static let silence = Duration.seconds(16)

    private let client: AgentHTTPClient
    let address: AgentAddress
    private let activity: PolledActivity

    /// - Parameters:
    ///   - address: where the runner listens.
    ///   - time: for a request that it answers at once.
    public init(address: AgentAddress, on loops: AgentLoops = .shared, requestTime time: Duration = .seconds(9)) {
        self.init(address: address, on: loops, requestTime: time, activity: PolledActivity())
    }

    /// - Parameter activity: shared by all who talk to the same runner.
    init(
        address: AgentAddress, on loops: AgentLoops = .shared, requestTime: Duration = .seconds(9),
        activity: PolledActivity
    ) {
        self.address = address
        self.requestTime = requestTime
        self.activity = activity
        client = AgentHTTPClient(idlePerAddress: 1, on: loops)
    }

    public func submit(_ request: RunnerSubmitRequest) async throws(AgentError) {
        _ = try await post("/api/submit", try Self.json(request))
    }

    public func uploadArchive(id: String, path: String) async throws(AgentError) {
        let bytes: Data
        do {
            bytes = try await FileBytes.read(path)
        } catch {
            throw .refused(status: 404, message: "archive \(id): \(error)")
        }
        let form = MultipartForm(field: "archive", fileName: id, bytes: bytes)
        _ = try await post(
            "/api/upload_archive", form.body, contentType: form.contentType,
            time: Self.uploadTime(bytes.count))
    }

    public func uploadCode(_ bytes: [UInt8]) async throws(AgentError) {
        _ = try await post(
            "/api/upload_code", ByteBuffer(bytes: bytes), contentType: "application/octet-stream",
            time: Self.uploadTime(bytes.count))
    }

    public func run() async throws(AgentError) -> RunnerJobInfo {
        let answer: AgentResponse
        do throws(AgentError) {
            answer = try await post("/api/run", nil)
        } catch .refused(status: 409, let message) {
            // dstack's own runner starts a job once, and says no more than that where it is asked again.
            guard try await !pull(after: 0).jobStates.isEmpty else { throw .refused(status: 409, message: message) }
            return RunnerJobInfo(workingDir: "", username: "")
        }
        // A job whose user or directory could not be found: its state tells more.
        guard answer.body.readableBytes > 0 else { return RunnerJobInfo(workingDir: "", username: "") }
        do {
            return try JSONDecoder().decode(RunnerJobInfo.self, from: Data(answer.body.readableBytesView))
        } catch {
            throw .malformed("answer of /api/run: \(error)")
        }
    }

    public func stop(grace: Int?) async throws(AgentError) {
        _ = try await post("/api/stop", try Self.json(StopBody(timeout: grace)))
    }

    public func stream(from cursor: RunnerCursor) async throws(AgentError) -> any RunnerStream {
        let target =
            "/api/stream?state=\(cursor.stateSeq)&log=\(cursor.logOffset)&runner_log=\(cursor.runnerLogOffset)"
        do {
            let response = try await client.stream(
                AgentRequest(.get, target), from: address, headWithin: requestTime, silence: Self.silence)
            if response.status == 200 { return NIORunnerStream(response) }
            response.cancel()
            guard response.status == 404 else {
                throw AgentError.refused(status: response.status, message: "GET /api/stream")
            }
            return polled(from: cursor.polledFrom)
        } catch {
            throw AgentError(error)
        }
    }

    /// The same by asking again and again.
    func polled(from place: PolledPlace = PolledPlace(), pause: PollPause = PollPause()) -> any RunnerStream {
        PolledRunnerStream(from: place, pause: pause, activity: activity, of: address) {
            () in
            await hasLeft()
        } pull: { (after) async throws(AgentError) in
            try await pull(after: after)
        }
    }

    /// Whether nobody listens any more where the runner did; false where that cannot be known now.
    func hasLeft() async -> Bool {
        do {
            _ = try await client.send(
                AgentRequest(.get, "/api/healthcheck", isRepeatable: true), to: address, within: requestTime)
            return false
        } catch {
            return (error as? AgentHTTPError)?.isRefusal ?? false
        }
    }

    /// What happened after a stamp.
    func pull(after timestamp: Int64) async throws(AgentError) -> RunnerPullResponse {
        // One answer may hold all that a job ever wrote.
        try await get("/api/pull?timestamp=\(timestamp)", limit: Self.pullLimit, within: Self.pullTime)
    }

    public func metrics() async throws(AgentError) -> RunnerMetrics { try await get("/api/metrics") }

    private func get<Answer: Decodable>(
        _ target: String, limit: Int = 16 << 20, within time: Duration? = nil
    ) async throws(AgentError) -> Answer {
        let response: AgentResponse
        do {
            response = try await client.send(
                AgentRequest(.get, target, isRepeatable: true), to: address, within: time ?? requestTime, limit: limit)
        } catch {
            throw AgentError(error)
        }
        guard response.status < 400 else {
            throw AgentError(refusal: response)
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(response.body.readableBytesView))
        } catch {
            throw .malformed("answer of \(target): \(error)")
        }
    }

    public func secondsUnconnected() async throws(AgentError) -> Int? {
        // A runner that is polled has one reader, who hears this too.
        if activity.isPolled(address) { return activity.secondsUnconnected(address) }
        let response: AgentResponse
        do {
            // Ours objects that no port is named; others do not know this.
            let probe = try await client.send(
                AgentRequest(.get, "/api/tunnel", isRepeatable: true), to: address, within: requestTime)
            guard probe.status == 400 else { return nil }
            // Of what a poll tells, only that: nothing has a stamp of after then.
            response = try await client.send(
                AgentRequest(.get, "/api/pull?timestamp=\(Self.never)", isRepeatable: true), to: address,
                within: requestTime)
        } catch {
            throw AgentError(error)
        }
        guard response.status < 400 else { throw AgentError(refusal: response) }
        do {
            let told = try JSONDecoder().decode(Activity.self, from: Data(response.body.readableBytesView))
            return told.noConnectionsSecs.map { Int(clamping: $0) }
        } catch {
            throw .malformed("answer of /api/pull: \(error)")
        }
    }

    /// Milliseconds since the epoch, in the year 5138.
    private static let never: Int64 = 100_000_000_000_000

    public func release() {
        client.shutdown()
    }

    private func post(
        _ target: String, _ body: ByteBuffer?, contentType: String = "application/json",
        time: Duration? = nil
    ) async throws(AgentError) -> AgentResponse {
        let headers = body == nil ? [] : [AgentRequest.Header("Content-Type", contentType)]
        let response: AgentResponse
        do {
            // Every request of this API may be sent twice.
            response = try await client.send(
                AgentRequest(.post, target, headers: headers, body: body, isRepeatable: true), to: address,
                within: time ?? requestTime)
        } catch {
            throw AgentError(error)
        }
        guard response.status < 400 else {
            throw AgentError(refusal: response)
        }
        return response
    }

    private static func json(_ value: some Encodable) throws(AgentError) -> ByteBuffer {
        do {
            return ByteBuffer(bytes: try JSONEncoder().encode(value))
        } catch {
            throw .malformed("a request that cannot be written as JSON: \(error)")
        }
    }
}

/// The part of an answer to `/api/pull` that says who is connected.
private struct Activity: Decodable {
    let noConnectionsSecs: Int64?

    enum CodingKeys: String, CodingKey { case noConnectionsSecs = "no_connections_secs" }
}

/// Body of `POST /api/stop`: null means that the runner never forces.
private struct StopBody: Encodable {
    let timeout: Int?

    enum CodingKeys: CodingKey {
        case timeout
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(timeout, forKey: .timeout)
    }
}
