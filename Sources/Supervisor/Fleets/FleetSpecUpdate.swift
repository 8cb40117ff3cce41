import Wire

/// What changes a fleet in place: hosts that come and go, and the keys that open hosts which are not ready yet. Everything
/// else needs a new fleet, as in dstack.
public enum FleetSpecUpdate {
    /// - Parameters:
    ///   - old: as stored, its keys' public halves alone.
    ///   - new: what is asked for.
    /// - Throws: where the fleet has to be made anew, in dstack's words.
    public static func check(from old: FleetSpec, to new: FleetSpec) throws(PlanningError) {
        let (old, new) = (old.withoutKeys(keepsPublic: true), new.withoutKeys(keepsPublic: true))
        try check(
            differences(old, new), against: ["configuration", "configuration_path", "merged_profile"])
        try check(differences(old.configuration, new.configuration), against: ["ssh_config"])
        guard var oldSSH = old.configuration.sshConfig, var newSSH = new.configuration.sshConfig else {
            throw PlanningError("Fleet type changed, cannot update")
        }
        // Where a key lies on the user's machine is none of our business, and a host that is ready needs it no more.
        (oldSSH.identityFile, newSSH.identityFile) = (nil, nil)
        (oldSSH.sshKey, newSSH.sshKey) = (nil, nil)
        try check(differences(oldSSH, newSSH), against: ["hosts"])
        let changed = newSSH.hosts.filter { host in
            oldSSH.hosts.contains { $0.hostname == host.hostname && $0.withoutKeys != host.withoutKeys }
        }.map(\.hostname)
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
    /// What remains of a jump host is its key itself: it opens the way for as long as the fleet lives.
    fileprivate var withoutKeys: SSHHostParams {
        switch self {
        case .address(let hostname): return SSHHostParams(hostname: hostname)
        case .params(var params):
            params.identityFile = nil
            params.sshKey = nil
            params.proxyJump?.identityFile = ""
            return params
        }
    }
}
