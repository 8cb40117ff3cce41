import Wire

/// Operations with fleets.
public struct FleetsAPI: Sendable {
    let client: APIClient

    /// A project's fleets with their instances.
    public func list(project: String, includeImported: Bool = true) async throws(ClientError) -> [Fleet] {
        try await client.post(
            "/api/project/\(percentEncoded(project))/fleets/list",
            ListProjectFleetsRequest(includeImported: includeImported))
    }

    /// A fleet by name.
    public func get(project: String, name: String) async throws(ClientError) -> Fleet {
        try await client.post("/api/project/\(percentEncoded(project))/fleets/get", GetFleetRequest(name: name))
    }

    /// A fleet by its id.
    public func get(project: String, id: String) async throws(ClientError) -> Fleet {
        try await client.post("/api/project/\(percentEncoded(project))/fleets/get", GetFleetRequest(id: id))
    }

    /// What applying a fleet would do.
    public func getPlan(project: String, _ request: GetFleetPlanRequest) async throws(ClientError) -> FleetPlan {
        try await client.post("/api/project/\(percentEncoded(project))/fleets/get_plan", request)
    }

    /// Creates or updates a fleet.
    public func apply(project: String, _ request: ApplyFleetPlanRequest) async throws(ClientError) -> Fleet {
        try await client.post("/api/project/\(percentEncoded(project))/fleets/apply", request)
    }

    /// Deletes fleets with their instances.
    public func delete(project: String, names: [String]) async throws(ClientError) {
        try await client.post(
            "/api/project/\(percentEncoded(project))/fleets/delete", DeleteFleetsRequest(names: names))
    }

    /// Deletes some of a fleet's instances.
    public func deleteInstances(project: String, name: String, numbers: [Int]) async throws(ClientError) {
        try await client.post(
            "/api/project/\(percentEncoded(project))/fleets/delete_instances",
            DeleteFleetInstancesRequest(name: name, instanceNums: numbers))
    }
}

extension APIClient {
    /// Operations with fleets.
    public var fleets: FleetsAPI { FleetsAPI(client: self) }
}
