/// The answer of this project's `GET /api/project/{p}/runs/{run}/ports`.
public struct JobPorts: Codable, Sendable, Hashable {
    /// The ports of the job's configuration.
    public var ports: [Int]
    /// Which network the job shares with its host, as `HostNetwork` names it; nil for a network of its own.
    public var network: String?

    public init(ports: [Int], network: String?) {
        self.ports = ports
        self.network = network
    }
}
