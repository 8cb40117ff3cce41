import Wire

/// Operations with instances.
public struct InstancesAPI: Sendable {
    let client: APIClient

    /// Instances as the request filters them.
    public func list(_ request: ListInstancesRequest) async throws(ClientError) -> [Instance] {
        try await client.post("/api/instances/list", request)
    }
}

extension APIClient {
    /// Operations with instances.
    public var instances: InstancesAPI { InstancesAPI(client: self) }
}
