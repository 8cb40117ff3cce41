import Wire

/// Operations with instances.
public struct InstancesAPI: Sendable {
    let client: APIClient

    /// Instances as the request filters them.
    public func list(_ request: ListInstancesRequest) async throws(ClientError) -> [Instance] {
        try await client.post("/api/instances/list", request)
    }

    /// How an instance was, the newest check first.
    ///
    /// - Parameters:
    ///   - number: the instance's in its fleet.
    ///   - limit: of checks.
    public func healthChecks(
        project: String, fleet: String, number: Int, limit: Int
    ) async throws(ClientError) -> [HealthCheck] {
        let answer: GetInstanceHealthChecksResponse = try await client.post(
            "/api/project/\(percentEncoded(project))/instances/get_instance_health_checks",
            GetInstanceHealthChecksRequest(fleetName: fleet, instanceNum: number, limit: limit))
        return answer.healthChecks
    }
}

extension APIClient {
    /// Operations with instances.
    public var instances: InstancesAPI { InstancesAPI(client: self) }
}
