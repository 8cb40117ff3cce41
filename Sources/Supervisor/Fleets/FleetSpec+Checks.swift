import Wire

extension FleetSpec {
    /// The hosts that it names.
    ///
    /// - Throws: where it is no fleet over SSH, or contradicts itself; where dstack has words for it, in these.
    func hosts() throws(PlanningError) -> [FleetHost] {
        let fleet = configuration
        if let name = fleet.name { try RunName.check(name) }
        guard let ssh = fleet.sshConfig else {
            if fleet.nodes == nil { throw PlanningError("No ssh_config or nodes specified") }
            throw PlanningError(
                "fleets of cloud instances are not served yet: this server has no cloud backends. Name hosts of yours in"
                    + " `ssh_config`")
        }
        if fleet.nodes != nil { throw PlanningError("ssh_config and nodes are mutually exclusive") }
        let foreign = fleet.cloudFields
        if !foreign.isEmpty {
            throw PlanningError("SSH fleet configuration does not support the following fields: \(listing(foreign))")
        }
        if let name = fleet.env.unresolved.first {
            throw PlanningError("Invalid Env: the variable \(name) has no value")
        }
        if ssh.hosts.isEmpty { throw PlanningError("`ssh_config.hosts` names no host") }
        var hosts: [FleetHost] = []
        for host in ssh.hosts {
            let host = try FleetHost(host, of: ssh, blocks: fleet.blocks)
            if hosts.contains(where: { $0.hostname == host.hostname }) {
                throw PlanningError("`ssh_config.hosts` names \(host.hostname) twice")
            }
            hosts.append(host)
        }
        let internalIPs = hosts.compactMap(\.internalIP)
        if !internalIPs.isEmpty, internalIPs.count != hosts.count {
            throw PlanningError("internal_ip must be specified for all hosts")
        }
        if !internalIPs.isEmpty, ssh.network != nil {
            throw PlanningError("internal_ip is mutually exclusive with network")
        }
        return hosts
    }

    /// The same without private keys.
    ///
    /// - Parameter keepsPublic: whether the public halves stay, by which a change of key is told.
    public func withoutKeys(keepsPublic: Bool = false) -> FleetSpec {
        var spec = self
        guard var ssh = spec.configuration.sshConfig else { return self }
        func bare(_ key: SSHKey?) -> SSHKey? { keepsPublic ? key.map { SSHKey(publicKey: $0.publicKey) } : nil }
        func bare(_ proxy: SSHProxyParams?) -> SSHProxyParams? {
            guard var proxy else { return nil }
            proxy.sshKey = bare(proxy.sshKey)
            return proxy
        }
        ssh.sshKey = bare(ssh.sshKey)
        ssh.proxyJump = bare(ssh.proxyJump)
        ssh.hosts = ssh.hosts.map { host in
            guard case .params(var params) = host else { return host }
            params.sshKey = bare(params.sshKey)
            params.proxyJump = bare(params.proxyJump)
            return .params(params)
        }
        spec.configuration.sshConfig = ssh
        return spec
    }
}

extension FleetConfiguration {
    /// The properties of cloud fleets that are set.
    fileprivate var cloudFields: [String] {
        let fields: [(String, Bool)] = [
            ("nodes", nodes != nil), ("reservation", reservation != nil), ("resources", resources != nil),
            ("backends", backends != nil), ("regions", regions != nil),
            ("availability_zones", availabilityZones != nil), ("instance_types", instanceTypes != nil),
            ("spot_policy", spotPolicy != nil), ("retry", retry != nil), ("max_price", maxPrice != nil),
            ("idle_duration", idleDuration != nil), ("tags", tags != nil), ("backend_options", backendOptions != nil),
        ]
        return fields.filter(\.1).map(\.0)
    }
}

/// As Python prints a list of texts, which dstack's messages hold.
func listing(_ texts: [String]) -> String { "[" + texts.map { "'\($0)'" }.joined(separator: ", ") + "]" }
