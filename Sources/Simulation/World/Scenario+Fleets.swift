import Supervisor
import Wire

/// Fleets of hosts that users make, change and give back.
extension Scenario {
    struct UserFleet: Sendable {
        var name: String
        var isCluster: Bool
        var blocks: Int
        var applyAfter: Duration
        /// Names of its hosts at first.
        var hosts: [String]
        var changes: [Change]

        enum Change: Sendable {
            /// The hosts from then on.
            case hosts(after: Duration, [String])
            case delete(after: Duration)
        }

        func spec(_ hosts: [String]) -> FleetSpec {
            FleetSpec(
                configuration: FleetConfiguration(
                    name: name, placement: isCluster ? .cluster : .any, blocks: .count(blocks),
                    sshConfig: SSHParams(
                        user: "user",
                        sshKey: SSHKey(
                            publicKey: "ssh-ed25519 AAAA",
                            privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU"),
                        hosts: hosts.map { .address($0) })),
                profile: Profile(name: "default"))
        }

        /// The hosts that it has in the end; nil where it is deleted.
        var last: [String]? {
            switch changes.last {
            case nil: hosts
            case .hosts(_, let hosts): hosts
            case .delete: nil
            }
        }
    }

    /// A host of the users' with its ways.
    struct UserHost: Sendable {
        var name: String
        var hasDocker: Bool
        var temper: HostTemper
    }

    /// A line that is cut for a while.
    struct Cut: Sendable {
        var after: Duration
        var time: Duration
        var host: Int
    }

    static func hosts(_ random: inout SeededRandom) -> [UserHost] {
        (0..<Int.random(in: 1...4, using: &random)).map { index in
            let temper: HostTemper =
                switch Int.random(in: 0..<12, using: &random) {
                case 0: .slow(random.milliseconds(1000...60_000))
                case 1, 2: .flaky(Int.random(in: 1...4, using: &random))
                case 3: .bad
                case 4: .hanging
                case 5: .odd
                default: .willing
                }
            return UserHost(name: "own-\(index)", hasDocker: random.chance(1, in: 2), temper: temper)
        }
    }

    static func fleets(_ hosts: [UserHost], _ random: inout SeededRandom) -> [UserFleet] {
        var fleets: [UserFleet] = []
        var rest = hosts.map(\.name)
        while !rest.isEmpty {
            let own = Array(rest.prefix(Int.random(in: 1...rest.count, using: &random)))
            rest.removeFirst(own.count)
            var changes: [UserFleet.Change] = []
            if random.chance(1, in: 2) {
                let kept = own.filter { _ in random.chance(1, in: 2) }
                changes.append(
                    .hosts(after: random.milliseconds(0...60_000), kept.isEmpty ? Array(own.prefix(1)) : kept))
                // Some are put back while they are still being given back.
                let latest = random.chance(1, in: 2) ? 1000 : 60_000
                if random.chance(1, in: 2) { changes.append(.hosts(after: random.milliseconds(0...latest), own)) }
            }
            if random.chance(1, in: 2) { changes.append(.delete(after: random.milliseconds(0...60_000))) }
            fleets.append(
                UserFleet(
                    name: "fleet-\(fleets.count)", isCluster: random.chance(1, in: 2),
                    blocks: random.chance(1, in: 2) ? 2 : 1, applyAfter: random.milliseconds(0...10_000), hosts: own,
                    changes: changes))
        }
        return fleets
    }
}
