/// How the engine reaches the machines: the one door through which it touches the world of hosts.
public protocol Compute: Sendable {
    /// The way to an instance's agents. Making a link connects to nothing yet.
    ///
    /// - Parameters:
    ///   - instanceID: the instance's id.
    ///   - hostname: its address as its backend told it.
    func link(instanceID: String, hostname: String) async -> any HostLink
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
}
