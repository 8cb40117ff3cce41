import SSH
import Wire

/// How a host of an SSH fleet is reached, and what its set-up is to do: what the row of its instance keeps sealed.
///
/// The user's own key is in it until the host is set up; from then on the project's key opens the host. What opens the
/// hosts on the way stays: nothing of ours is put on them.
public struct HostAccess: Sendable, Equatable, Codable {
    /// As the user wrote it.
    public var hostname: String
    public var target: SSHTarget
    /// Variables for the shim and for every job on the host.
    public var env: [String: String]
    /// The network in which hosts reach one another.
    public var network: String?
    /// The host's address in it, where the user says.
    public var internalIP: String?
    /// Into how many parts the host is split.
    public var blocks: Blocks
    /// The port of the host's loopback on which its shim answers; nil until it is set up.
    public var shimPort: Int?

    public init(
        hostname: String, target: SSHTarget, env: [String: String] = [:], network: String? = nil,
        internalIP: String? = nil, blocks: Blocks = .count(1), shimPort: Int? = nil
    ) {
        self.hostname = hostname
        self.target = target
        self.env = env
        self.network = network
        self.internalIP = internalIP
        self.blocks = blocks
        self.shimPort = shimPort
    }

    /// What is kept of it once the host is set up.
    func settled(shimPort: Int) -> HostAccess {
        var settled = self
        settled.target.hop.identities = []
        settled.shimPort = shimPort
        return settled
    }

    /// Where the host is, without anything that opens it.
    var bare: HostAccess {
        var bare = self
        bare.target.hop.identities = []
        for index in bare.target.jumps.indices { bare.target.jumps[index].identities = [] }
        bare.env = [:]
        return bare
    }

    /// How to log in once the host is set up.
    ///
    /// - Parameter projectKey: the private key.
    func settledTarget(by projectKey: String) -> SSHTarget {
        var bare = self
        bare.target.hop.identities = []
        return bare.target(by: projectKey)
    }

    /// How to log in with the project's key first.
    ///
    /// - Parameter projectKey: the private key.
    func target(by projectKey: String) -> SSHTarget {
        let identity = SSHIdentity.key(projectKey)
        var target = target
        target.hop.identities.insert(identity, at: 0)
        for index in target.jumps.indices where target.jumps[index].identities.isEmpty {
            target.jumps[index].identities = [identity]
        }
        return target
    }
}

extension Blocks {
    /// How many blocks a machine is split into; nil where it cannot be split so.
    func count(of resources: Resources) -> Int? {
        let count =
            switch self {
            case .count(let count): count
            case .auto: resources.gpus.isEmpty ? resources.cpus : min(resources.cpus, resources.gpus.count)
            }
        guard count >= 1, resources.cpus % count == 0, resources.gpus.count % count == 0 else { return nil }
        return count
    }
}
