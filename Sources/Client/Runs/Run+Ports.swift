import Wire

extension Run {
    /// Makes the ports of one of its jobs reachable on this machine, through the server.
    ///
    /// - Parameters:
    ///   - job: one of the run's, as ``job(replica:number:)`` finds it.
    ///   - overrides: local ports in place of the configuration's.
    ///   - host: the local address to listen on.
    /// - Returns: nil where the job has no ports.
    /// - Throws: ``ClientError``, ``PortForwardError``.
    public func forward(
        _ job: Wire.Job, overrides: [PortMapping] = [], host: String = "localhost"
    ) async throws -> PortForward? {
        var mappings = (job.jobSpec.appSpecs ?? []).map { PortMapping(localPort: $0.mapToPort, containerPort: $0.port) }
        mappings.removeAll { PortMapping.reserved.contains($0.containerPort) }
        for index in mappings.indices {
            if let override = overrides.last(where: { $0.containerPort == mappings[index].containerPort }) {
                mappings[index].localPort = override.localPort
            }
        }
        guard !mappings.isEmpty else { return nil }
        let (replica, number) = (job.jobSpec.replicaNum, job.jobSpec.jobNum)
        let facts = try await dstack.api.runs.ports(
            project: dstack.project, run: model.id, replica: replica, job: number)
        // A run that shares this machine's network listens on these ports itself.
        let isHere = facts.network != nil && facts.network == HostNetwork.current()
        let left = isHere ? Set(mappings.map(\.containerPort)) : []
        let (api, project, run) = (dstack.api, dstack.project, model.id)
        return try PortForward(mappings, host: host, leaving: left) { port in
            TunnelTarget(api, project: project, run: run, port: port, replica: replica, job: number)
        }
    }
}
