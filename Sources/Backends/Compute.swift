import SSH

/// How the engine reaches the machines: the one door through which it touches the world of hosts.
public protocol Compute: Sendable {
    /// The way to an instance's agents. Making a link connects to nothing yet.
    ///
    /// - Parameters:
    ///   - instanceID: the instance's id.
    ///   - address: where its agents are.
    func link(instanceID: String, to address: HostAddress) async -> any HostLink

    /// What makes machines of users hosts, and takes that back.
    var provisioner: any HostProvisioner { get }
}

/// Where an instance's agents are.
public enum HostAddress: Sendable, Equatable {
    /// On the machine that the server runs on.
    ///
    /// - `hostname`: as its backend told it.
    case local(hostname: String)
    /// On a host that was set up.
    ///
    /// - `target`: how to log in; the host itself by the project's key.
    /// - `shimPort`: the port of the host's loopback on which its shim answers.
    case host(target: SSHTarget, shimPort: Int)
}

/// The way to the agents of one host.
public protocol HostLink: Sendable {
    var shim: any ShimClient { get }

    /// The runner that answers at an address as seen from the host.
    func runner(host: String, port: Int) -> any RunnerClient

    /// Sees to it that the host's shim runs, where this backend can: the local one starts it, others need not.
    /// Called before each try to reach a shim that does not answer.
    ///
    /// - Throws: an error in words for the user where it cannot be started.
    func revive() async throws

    /// Lets go of the host. What runs there goes on; the link is not used any more.
    func close() async
}

extension HostLink {
    public func close() async {}
}
