import Wire

extension RunsAPI {
    /// The ports of a job, and where they are.
    ///
    /// - Parameter run: the run's id or name.
    public func ports(project: String, run: String, replica: Int, job: Int) async throws(ClientError) -> JobPorts {
        try await client.get(
            "/api/project/\(percentEncoded(project))/runs/\(percentEncoded(run))/ports?replica=\(replica)&job=\(job)")
    }
}
