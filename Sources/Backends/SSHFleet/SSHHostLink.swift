import AgentClient
import Glibc
import SSH

/// The way to the agents of a host: every connection is a channel of the one session to it.
struct SSHHostLink: HostLink {
    let connection: HostConnection
    /// The port of the host's loopback on which its shim answers.
    let shimPort: Int
    let client: NIOShimClient
    let loops: AgentLoops
    /// Shared by all who talk to a runner of the host.
    let activity = PolledActivity()
    /// Starts the host's shim where it was set up and does not run.
    let start: @Sendable () async throws -> Void

    init(
        connection: HostConnection, shimPort: Int, loops: AgentLoops, start: @escaping @Sendable () async throws -> Void
    ) {
        self.connection = connection
        self.shimPort = shimPort
        self.loops = loops
        self.start = start
        client = NIOShimClient(
            address: .remote(by: AgentRouteID(connection), ip: "127.0.0.1", port: shimPort), on: loops)
    }

    var shim: any ShimClient { client }

    func runner(host: String, port: Int) -> any RunnerClient {
        NIORunnerClient(
            address: .remote(by: AgentRouteID(connection), ip: host, port: port), on: loops, activity: activity)
    }

    /// Starts the shim where nothing listens on its port. A host that cannot be logged in to has nobody that could, and one
    /// whose sshd refuses to forward may have a shim that runs.
    func revive() async throws {
        do {
            Glibc.close(try await connection.connect(ip: "127.0.0.1", port: shimPort))
        } catch let error as SSHError where error.code == .channelRefused {
            try await start()
        }
    }

    func close() async {
        client.release()
        await connection.close()
    }
}

extension SSHError: AgentRouteError {
    public var isRefusal: Bool { code == .channelRefused }
}
