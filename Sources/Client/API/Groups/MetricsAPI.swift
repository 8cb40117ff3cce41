import Wire

/// What jobs use.
public struct MetricsAPI: Sendable {
    let client: APIClient

    /// The series of one job of a run's newest submission.
    ///
    /// - Parameter limit: values of each series at most, the newest first.
    public func job(
        project: String, run: String, replica: Int = 0, job: Int = 0, limit: Int = 1
    ) async throws(ClientError) -> JobMetrics {
        let path =
            "/api/project/\(percentEncoded(project))/metrics/job/\(percentEncoded(run))"
            + "?replica_num=\(replica)&job_num=\(job)&limit=\(limit)"
        return try await client.get(path)
    }
}

extension APIClient {
    /// What jobs use.
    public var metrics: MetricsAPI { MetricsAPI(client: self) }
}
