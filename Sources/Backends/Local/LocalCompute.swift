import AgentClient

/// The way to this machine's agents, which is the only machine it knows.
public struct LocalCompute: Compute {
    private let shim: LocalShim

    public init(shim: LocalShim) {
        self.shim = shim
    }

    public func link(instanceID: String, hostname: String) async -> any HostLink {
        LocalHostLink(local: shim)
    }
}

/// The way to the agents of this machine.
struct LocalHostLink: HostLink {
    let local: LocalShim

    var shim: any ShimClient { local.client }

    func runner(host: String, port: Int) -> any RunnerClient {
        NIORunnerClient(address: .tcp(ip: host, port: port), on: local.loops)
    }

    func revive() async throws {
        try await local.ensure()
    }
}
