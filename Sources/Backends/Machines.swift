import AgentClient
import Logging
import SSH

/// This machine and the hosts of fleets.
public struct Machines: Compute {
    /// For a login, handshake and all; a slow host is no dead one.
    private static let loginTime = Duration.seconds(30)

    private let shim: LocalShim
    private let hosts: SSHHostProvisioner
    private let knownHosts: any KnownHosts
    private let sessions: SSHLoop
    private let keepAlive: KeepAlive
    private let loops: AgentLoops

    /// - Parameters:
    ///   - shim: this machine's.
    ///   - knownHosts: which hosts are known by which keys.
    ///   - sessions: whose thread the sessions live on.
    ///   - keepAlive: after which silence of a host its session is given up.
    ///   - loops: what serves the connections to agents.
    public init(
        shim: LocalShim, knownHosts: any KnownHosts, sessions: SSHLoop, keepAlive: KeepAlive = KeepAlive(),
        loops: AgentLoops = .shared, logger: Logger
    ) {
        self.shim = shim
        self.knownHosts = knownHosts
        self.sessions = sessions
        self.keepAlive = keepAlive
        self.loops = loops
        hosts = SSHHostProvisioner(programs: HostPrograms(), logger: logger) { (target) async throws(SSHError) in
            try await RemoteShells.open(
                target, hostKeys: RouteKeys(known: knownHosts, target: target), within: Self.loginTime, on: sessions)
        }
    }

    public var provisioner: any HostProvisioner { hosts }

    public func link(instanceID: String, to address: HostAddress) async -> any HostLink {
        switch address {
        case .local: LocalHostLink(local: shim)
        case .host(let target, let shimPort):
            SSHHostLink(
                connection: HostConnection(name: target.hop.host) {
                    [knownHosts, keepAlive, sessions] () throws(SSHError) in
                    try await SSHSession.connect(
                        to: target, hostKeys: RouteKeys(known: knownHosts, target: target), within: Self.loginTime,
                        keepAlive: keepAlive, on: sessions)
                }, shimPort: shimPort, loops: loops
            ) { [hosts] in try await hosts.start(target) }
        }
    }
}

extension SSHSession: HostSession {
    public func socket(to ip: String, port: Int) async throws(SSHError) -> CInt {
        try await socket(to: ip, port: port, within: Self.openingTime)
    }

    public func ended() async { _ = await closed }
}
