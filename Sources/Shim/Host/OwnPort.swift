import AgentClient
import FoundationEssentials
import Wire

/// What answers on the port that this host's shim has, asked from the host itself: for who sets the host up, and has
/// no other program there that can ask.
struct OwnPort: Sendable {
    /// Between two questions.
    private static let pause = Duration.milliseconds(20)

    let address: AgentAddress
    /// The build of this program.
    let build: String?
    /// For one answer.
    private let answerTime: Duration
    private let client = AgentHTTPClient()

    init(address: AgentAddress, build: String?, answerTime: Duration = .seconds(3)) {
        self.address = address
        self.build = build
        self.answerTime = answerTime
    }

    /// Asks until this very program is what answers, or the time is over; then what there is.
    func report(waiting time: Duration) async throws -> ShimReport {
        let deadline = ContinuousClock.now + time
        while true {
            let found = try await report()
            if found.isOwnBuild || ContinuousClock.now >= deadline { return found }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// Ends every task, and returns when none is left or the time is over.
    ///
    /// - Returns: how many are left, at least one where a shim that is there does not tell; nil where there is none.
    func endTasks(within time: Duration) async throws -> Int? {
        let deadline = ContinuousClock.now + time
        while true {
            guard let tasks = try await tasksOrSilence() else { return nil }
            if tasks.list?.isEmpty == true { return 0 }
            if ContinuousClock.now >= deadline { return max(1, tasks.list?.count ?? 1) }
            try await endOnce(tasks.list ?? [], until: deadline)
            try await Task.sleep(for: Self.pause)
        }
    }

    private func endOnce(_ tasks: [ShimTaskList.Item], until deadline: ContinuousClock.Instant) async throws {
        let left = ContinuousClock.now.duration(to: deadline)
        for task in tasks {
            let body = ShimTerminateRequest(
                terminationReason: JobTerminationReason.terminatedByServer.rawValue,
                terminationMessage: "the host leaves its fleet", timeout: 0)
            let path = "/api/tasks/\(task.id)/"
            if task.status != .terminated { _ = try await post(path + "terminate", body, within: left) }
            _ = try await post(path + "remove", ShimShutdownRequest(force: true), within: answerTime)
        }
    }

    private struct Answer {
        /// nil where there was none in time, or none that can be read.
        let list: [ShimTaskList.Item]?
    }

    /// nil where no shim listens: the connection is refused, or what answers has no tasks at all. A list that is nil where a
    /// shim may be there and does not tell: its tasks may run.
    private func tasksOrSilence() async throws -> Answer? {
        do {
            let answer = try await get("/api/tasks")
            if answer.status == 404 { return nil }
            let list: ShimTaskList? = Self.read(answer)
            return Answer(list: list?.tasks)
        } catch let error as AgentHTTPError {
            return error.code == .connectFailed ? nil : Answer(list: nil)
        }
    }

    private func report() async throws -> ShimReport {
        var report = ShimReport(build: build)
        do {
            let answer = try await get("/api/healthcheck")
            report.isTaken = true
            report.health = Self.read(answer)
        } catch let error as AgentHTTPError {
            report.isTaken = error.code != .connectFailed
        }
        guard report.health?.service == "dstack-shim" else { return report }
        report.liveTasks = try await tasks().map { $0.count { $0.status != .terminated } }
        do {
            report.info = Self.read(try await get("/api/instance/info"))
        } catch is AgentHTTPError {
            // An old one, or it left just now: it tells nothing.
        }
        return report
    }

    /// nil where it cannot be asked.
    private func tasks() async throws -> [ShimTaskList.Item]? {
        do {
            let list: ShimTaskList? = Self.read(try await get("/api/tasks"))
            return list?.tasks
        } catch is AgentHTTPError {
            return nil
        }
    }

    private func get(_ path: String) async throws -> AgentResponse {
        try await client.send(AgentRequest(.get, path), to: address, within: answerTime, limit: 1 << 20)
    }

    private func post(_ path: String, _ body: some Encodable, within time: Duration) async throws -> Bool {
        let headers = [AgentRequest.Header("Content-Type", "application/json")]
        let bytes = ByteBuffer(bytes: try JSONEncoder().encode(body))
        do {
            let request = AgentRequest(.post, path, headers: headers, body: bytes)
            return try await client.send(request, to: address, within: time, limit: 1 << 20).status < 300
        } catch is AgentHTTPError {
            // Asked again with the next list.
            return false
        }
    }

    /// nil where it is an error, or something else.
    private static func read<Value: Decodable>(_ answer: AgentResponse) -> Value? {
        guard answer.status < 300 else { return nil }
        return try? JSONDecoder().decode(Value.self, from: Data(answer.body.readableBytesView))
    }
}
