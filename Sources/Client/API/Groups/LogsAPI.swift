import Wire

/// Operations with logs.
public struct LogsAPI: Sendable {
    let client: APIClient

    /// A page of a submission's log.
    public func poll(project: String, _ request: PollLogsRequest) async throws(ClientError) -> JobSubmissionLogs {
        try await client.post("/api/project/\(percentEncoded(project))/logs/poll", request)
    }
}

extension APIClient {
    /// Operations with logs.
    public var logs: LogsAPI { LogsAPI(client: self) }
}
