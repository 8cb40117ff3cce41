import Wire

/// Operations with runs.
public struct RunsAPI: Sendable {
    let client: APIClient

    /// Runs as the request filters them, newest first unless it says otherwise; at most 100 in one answer.
    public func list(_ request: ListRunsRequest) async throws(ClientError) -> [Wire.Run] {
        try await client.post("/api/runs/list", request)
    }

    /// The newest run of a name. Throws an error with ``ClientError/isMissingResource`` when there is none.
    public func get(project: String, name: String) async throws(ClientError) -> Wire.Run {
        try await client.post("/api/project/\(percentEncoded(project))/runs/get", GetRunRequest(runName: name))
    }

    /// A run by its id, also one whose name was taken by another since.
    public func get(project: String, id: String) async throws(ClientError) -> Wire.Run {
        try await client.post("/api/project/\(percentEncoded(project))/runs/get", GetRunRequest(id: id))
    }

    /// A run by its id or its name: what has the form of a UUID is an id.
    func get(project: String, run: String) async throws(ClientError) -> Wire.Run {
        let groups = run.split(separator: "-", omittingEmptySubsequences: false)
        let isID = groups.map(\.count) == [8, 4, 4, 4, 12] && groups.joined().allSatisfy(\.isHexDigit)
        return isID ? try await get(project: project, id: run) : try await get(project: project, name: run)
    }

    /// What submitting a run would do.
    public func getPlan(project: String, _ request: GetRunPlanRequest) async throws(ClientError) -> RunPlan {
        try await client.post("/api/project/\(percentEncoded(project))/runs/get_plan", request)
    }

    /// Submits a run, or updates one that is active.
    public func apply(project: String, _ request: ApplyRunPlanRequest) async throws(ClientError) -> Wire.Run {
        try await client.post("/api/project/\(percentEncoded(project))/runs/apply", request)
    }

    /// Stops runs. With `abort` their processes are killed at once.
    public func stop(project: String, names: [String], abort: Bool) async throws(ClientError) {
        try await client.post(
            "/api/project/\(percentEncoded(project))/runs/stop", StopRunsRequest(runsNames: names, abort: abort))
    }

    /// Deletes finished runs.
    public func delete(project: String, names: [String]) async throws(ClientError) {
        try await client.post(
            "/api/project/\(percentEncoded(project))/runs/delete", DeleteRunsRequest(runsNames: names))
    }
}

extension APIClient {
    /// Operations with runs.
    public var runs: RunsAPI { RunsAPI(client: self) }
}
