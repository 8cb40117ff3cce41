import JobActors
import SSH
import Wire

/// A host of an SSH fleet with what its configuration leaves to the fleet's.
struct FleetHost: Sendable, Equatable {
    var hostname: String
    var port: Int
    var user: String
    /// The private key.
    var key: String
    var proxyJump: SSHProxyParams?
    var internalIP: String?
    var blocks: Blocks

    /// A host as its fleet's configuration has it.
    ///
    /// - Throws: where the user or the key is missing, in dstack's words.
    static func of(_ host: SSHHost, in ssh: SSHParams, blocks: Blocks) throws(PlanningError) -> FleetHost {
        let params: SSHHostParams
        switch host {
        case .address(let hostname): params = SSHHostParams(hostname: hostname)
        case .params(let own): params = own
        }
        let proxyJump = params.proxyJump ?? ssh.proxyJump
        let key = params.sshKey ?? ssh.sshKey
        let user = params.user ?? ssh.user
        var problem: String?
        if let proxyJump {
            let owner = "the jump host \(proxyJump.hostname)"
            problem = proxyJump.sshKey.map { Self.problem(with: $0, of: owner) } ?? "No ssh key specified for \(owner)"
        }
        if let key { problem = Self.problem(with: key, of: "host \(params.hostname)") ?? problem }
        if user == nil { problem = "No ssh user specified for host \(params.hostname)" }
        if key == nil { problem = "No ssh key specified for host \(params.hostname)" }
        if let problem { throw PlanningError(problem) }
        return FleetHost(
            hostname: params.hostname, port: params.port ?? ssh.port ?? 22, user: user ?? "",
            key: key?.privateKey ?? "", proxyJump: proxyJump, internalIP: params.internalIp,
            blocks: params.blocks ?? blocks)
    }

    /// How it is reached by what the user gave.
    func access(env: [String: String], network: String?) -> HostAccess {
        let jumps = proxyJump.map { proxy in
            SSHHop(
                host: proxy.hostname, port: proxy.port ?? 22, user: proxy.user,
                identities: (proxy.sshKey?.privateKey).map { [.key($0)] } ?? [])
        }
        return HostAccess(
            hostname: hostname,
            target: SSHTarget(
                SSHHop(host: hostname, port: port, user: user, identities: [.key(key)]),
                jumps: jumps.map { [$0] } ?? []),
            env: env, network: network, internalIP: internalIP, blocks: blocks)
    }

    /// Why a private key cannot be used; nil where it can.
    private static func problem(with key: SSHKey, of owner: String) -> String? {
        guard let text = key.privateKey else { return "Private key not provided for \(owner)" }
        let reader = PrivateKeyText(text)
        if reader.isPrivateKey, !reader.isLocked { return nil }
        return "Unsupported key type. The key type should be RSA, ECDSA, or Ed25519 and should not be encrypted with"
            + " passphrase (the key of \(owner))"
    }
}

extension SSHHost {
    var hostname: String {
        switch self {
        case .address(let hostname): hostname
        case .params(let params): params.hostname
        }
    }
}
