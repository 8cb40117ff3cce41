import Wire

/// What changes a fleet in place: hosts that come and go. Everything else needs a new fleet, as in dstack.
public struct FleetSpecUpdate: Sendable, Equatable {
    /// Names of the hosts that are new.
    public var added: [String] = []
    /// Names of the hosts that are not in it any more.
    public var removed: [String] = []

    /// - Parameters:
    ///   - old: as stored, its keys' public halves alone.
    ///   - new: what is asked for.
    /// - Throws: where the fleet has to be made anew, in dstack's words.
    public init(from old: FleetSpec, to new: FleetSpec) throws(PlanningError) {
        let (old, new) = (old.withoutKeys(keepsPublic: true), new.withoutKeys(keepsPublic: true))
        try Self.check(
            Self.differences(old, new), against: ["configuration", "configuration_path", "merged_profile"])
        try Self.check(Self.differences(old.configuration, new.configuration), against: ["ssh_config"])
        guard var oldSSH = old.configuration.sshConfig, var newSSH = new.configuration.sshConfig else {
            throw PlanningError("Fleet type changed, cannot update")
        }
        // Where a key lies on the user's machine is none of our business.
        (oldSSH.identityFile, newSSH.identityFile) = (nil, nil)
        try Self.check(Self.differences(oldSSH, newSSH), against: ["hosts"])
        var changed: [String] = []
        for host in newSSH.hosts {
            guard let former = oldSSH.hosts.first(where: { $0.hostname == host.hostname }) else {
                added.append(host.hostname)
                continue
            }
            if former.withoutFiles != host.withoutFiles { changed.append(host.hostname) }
        }
        removed = oldSSH.hosts.map(\.hostname).filter { name in !newSSH.hosts.contains { $0.hostname == name } }
        if !changed.isEmpty {
            throw PlanningError("Hosts configuration changed, cannot update: \(listing(changed))")
        }
    }

    private static func check(_ changed: [String], against updatable: [String]) throws(PlanningError) {
        guard changed.allSatisfy(updatable.contains) else {
            throw PlanningError(
                "Failed to update fields \(listing(changed)). Can only update \(listing(updatable)).")
        }
    }

    /// Names of the members that differ.
    private static func differences(_ old: some Encodable, _ new: some Encodable) -> [String] {
        guard case .object(let before)? = try? JSONParser.parse(try WireJSON.encode(old)),
            case .object(let after)? = try? JSONParser.parse(try WireJSON.encode(new))
        else { return [] }
        return after.filter { member in !before.contains(member) }.map(\.name)
    }
}

extension SSHHost {
    fileprivate var withoutFiles: SSHHost {
        guard case .params(var params) = self else { return self }
        params.identityFile = nil
        params.proxyJump?.identityFile = ""
        return .params(params)
    }
}
