import AgentClient
import SSH

/// The way to the agents of this machine.
struct LocalHostLink: HostLink {
    let local: LocalShim
    /// Shared by all who talk to a runner of the machine.
    let activity = PolledActivity()

    var shim: any ShimClient { local.client }

    func runner(host: String, port: Int) -> any RunnerClient {
        NIORunnerClient(address: .tcp(ip: host, port: port), on: local.loops, activity: activity)
    }

    func revive() async throws {
        try await local.ensure()
    }
}

/// Where there is nothing that sets hosts up.
public struct NoHosts: HostProvisioner {
    public init() {}

    public func setUp(
        _ request: HostSetupRequest, progress: @escaping @Sendable (HostSetupStep) -> Void
    ) async throws(HostSetupError) -> HostFacts {
        throw HostSetupError(hostname: request.hostname, detail: "this server does not set up hosts")
    }

    public func remove(_ request: HostRemovalRequest) async throws(HostSetupError) {
        throw HostSetupError(hostname: request.target.hop.host, detail: "this server does not set up hosts")
    }
}
