import Testing
import Wire

@testable import CLI

/// What `dstack apply` of a fleet that is there means.
@Suite struct FleetDecisionTests {
    private static func spec(_ hosts: [String], identity: String = "key") -> FleetSpec {
        FleetSpec(
            configuration: FleetConfiguration(
                name: "mine",
                sshConfig: SSHParams(user: "u", identityFile: identity, hosts: hosts.map { .address($0) })),
            profile: Profile(name: "default"))
    }

    private static func decide(
        _ new: FleetSpec, action: ApplyAction = .update, over old: FleetSpec = spec(["a", "b"]),
        _ instances: [(String, InstanceStatus)], force: Bool = false
    ) -> FleetDecision {
        let time = Timestamp(microseconds: 0)
        let fleet = Fleet(
            id: "1", name: "mine", projectName: "main", spec: old, createdAt: time, status: .active,
            instances: instances.enumerated().map { number, instance in
                Instance(
                    id: "\(number)", projectName: "main", name: "mine-\(number)", fleetId: "1", fleetName: "mine",
                    instanceNum: number, hostname: instance.0, status: instance.1, unreachable: false,
                    healthStatus: .healthy, created: time, totalBlocks: 1, busyBlocks: 0)
            })
        let plan = FleetPlan(
            projectName: "main", user: "u", spec: new, effectiveSpec: new, currentResource: fleet, offers: [],
            totalOffers: 0, action: action)
        return FleetDecision(plan: plan, yes: true, force: force)
    }

    private static func notes(_ decision: FleetDecision) -> String {
        decision.notes.map { $0.plain }.joined(separator: "\n")
    }

    @Test func hostsThatAreNotReady_areSetUp_whereNothingElseChanged() {
        for instances: [(String, InstanceStatus)] in [
            [("a", .idle)], [("a", .idle), ("b", .terminated)], [("a", .busy), ("b", .provisioning)],
            [("a", .idle), ("b", .terminating)],
        ] {
            let decision = Self.decide(Self.spec(["a", "b"]), instances)
            #expect(decision.fleetToDelete == nil)
            #expect(decision.question?.plain == "Set them up?", "\(instances)")
        }
        let same = Self.decide(Self.spec(["a", "b"]), [("a", .idle), ("b", .busy)])
        #expect(same.question == nil)
        #expect(Self.notes(same).contains("No configuration changes detected"))
    }

    @Test func anotherKey_isSaid() {
        let ready: [(String, InstanceStatus)] = [("a", .idle), ("b", .idle)]
        let other = Self.decide(Self.spec(["a", "b"], identity: "other"), ready)
        #expect(Self.notes(other).contains("- keys, for hosts that are not ready"))
        #expect(other.question?.plain == "Update the fleet in place?")
        let jump = Self.decide(Self.spec(["a", "b"]), action: .create, ready)
        #expect(Self.notes(jump).contains("another key for its jump host"))
        #expect(jump.fleetToDelete == "mine")
    }
}
