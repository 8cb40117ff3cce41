import Backends
import Foundation
import JobActors
import Store
import Testing
import Wire

@testable import Server

/// Fleets over SSH, from the request to the engine.
@Suite struct FleetRouteTests {
    private static let key = """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQ
        -----END OPENSSH PRIVATE KEY-----
        """

    private static func spec(
        _ hosts: [String], name: String = "mine", _ change: (inout FleetConfiguration) -> Void = { _ in }
    ) -> FleetSpec {
        var fleet = FleetConfiguration(
            name: name,
            sshConfig: SSHParams(
                user: "ubuntu", sshKey: SSHKey(publicKey: "ssh-ed25519 AAAA", privateKey: key),
                hosts: hosts.map { .address($0) }))
        change(&fleet)
        return FleetSpec(configuration: fleet, configurationPath: "fleet.dstack.yml", profile: Profile(name: "default"))
    }

    private static func plan(_ spec: FleetSpec, on server: ServerFixture) async throws -> FleetPlan {
        let body = String(decoding: try WireJSON.encode(GetFleetPlanRequest(spec: spec)), as: UTF8.self)
        let answer = try await server.post("/api/project/main/fleets/get_plan", body)
        try #require(answer.status == 200, "\(answer.text)")
        return try FleetPlan(json: Array(answer.text.utf8))
    }

    private static func apply(
        _ spec: FleetSpec, over current: Fleet? = nil, force: Bool = false, on server: ServerFixture
    ) async throws -> ServerFixture.Answer {
        let request = ApplyFleetPlanRequest(plan: .init(spec: spec, currentResource: current), force: force)
        return try await server.post(
            "/api/project/main/fleets/apply", String(decoding: try WireJSON.encode(request), as: UTF8.self))
    }

    private static func look(_ name: String = "mine", at server: ServerFixture) async throws -> Fleet? {
        let answer = try await server.post("/api/project/main/fleets/get", #"{"name": "\#(name)"}"#)
        if answer.status == 400 { return nil }
        return try Fleet(json: Array(answer.text.utf8))
    }

    /// Looks at a fleet until its instances are as wanted: what its hosts are at is told by no event.
    ///
    /// - Parameters:
    ///   - statuses: of its instances; none for a fleet that is gone.
    ///   - step: what the first of them is at.
    private static func fleet(
        on server: ServerFixture, _ statuses: InstanceStatus..., step: String? = nil
    ) async throws -> Fleet? {
        while true {
            let fleet = try await look(at: server)
            let found = (fleet?.instances ?? []).map(\.status)
            let isThere = step == nil || fleet?.instances.first?.statusMessage == step
            if found == statuses, isThere, !statuses.isEmpty || fleet == nil { return fleet }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// What is told of a fleet and of its instances, without what its instances are at.
    private static func events(
        _ filter: String, of fleet: Fleet, on server: ServerFixture
    ) async throws -> [String] {
        let answer = try await server.post("/api/events/list", #"{"ascending":true,"\#(filter)":["\#(fleet.id)"]}"#)
        return try [Event](json: Array(answer.text.utf8)).map { event in
            "\(event.targets.first?.name ?? ""): \(event.message) (\(event.actorUser ?? "system"))"
        }
    }

    private static func message(_ answer: ServerFixture.Answer) throws -> String? {
        guard case .array(let details)? = try answer.json["detail"], case .string(let text)? = details.first?["msg"]
        else { return nil }
        return text
    }

    // MARK: The whole way

    @Test func aFleet_isPlanned_setUp_listed_andDeleted() async throws {
        let hosts = FakeHosts()
        try await ServerFixture.with(isDriven: true, compute: hosts) { server in
            let spec = Self.spec(["one", "two"]) { $0.blocks = .count(4) }
            let plan = try await Self.plan(spec, on: server)
            #expect(plan.action == .create)
            #expect(plan.currentResource == nil)
            #expect(plan.effectiveSpec?.configuration.sshConfig?.sshKey == nil)
            let applied = try await Self.apply(spec, on: server)
            #expect(applied.status == 200, "\(applied.text)")
            let fleet = try #require(
                try await Self.fleet(on: server, .idle, .idle))
            #expect(fleet.instances.map(\.hostname) == ["one", "two"])
            #expect(fleet.instances.map(\.name) == ["mine-0", "mine-1"])
            #expect(fleet.instances.map(\.totalBlocks) == [4, 4])
            #expect(fleet.instances.first?.instanceType?.resources.cpus == 8)
            #expect(fleet.instances.first?.region == "remote")
            #expect(fleet.spec.configuration.sshConfig?.sshKey == nil)
            let request = try #require(hosts.requests.first)
            #expect(request.target.hop.user == "ubuntu")
            #expect(request.target.hop.identities == [.key(Self.key)])
            #expect(request.projectKey.hasPrefix("ssh-ed25519 "))
            // Once it is set up the user's key is nowhere.
            for record in try await server.store.liveInstances() {
                let connection = String(decoding: try #require(record.connection), as: UTF8.self)
                #expect(!connection.contains("PRIVATE KEY"))
            }
            let stored = try #require(try await server.store.liveFleets().first)
            #expect(!String(decoding: stored.spec, as: UTF8.self).contains("PRIVATE KEY"))

            let deleted = try await server.post("/api/project/main/fleets/delete", #"{"names": ["mine"]}"#)
            #expect(deleted.status == 200, "\(deleted.text)")
            _ = try await Self.fleet(on: server)
            #expect(Set(hosts.removed.map(\.hop.host)) == ["one", "two"])
            #expect(try await server.store.liveInstances().isEmpty)

            let told = [
                "mine: Fleet created. Status: ACTIVE (admin)",
                "mine: Fleet status changed ACTIVE -> TERMINATING (admin)",
                "mine: Fleet status changed TERMINATING -> TERMINATED (system)",
            ]
            #expect(try await Self.events("target_fleets", of: fleet, on: server) == told)
            let within = try await Self.events("within_fleets", of: fleet, on: server)
            #expect(within.filter { $0.hasPrefix("mine: ") } == told)
            #expect(
                within.prefix(3) == [
                    told[0], "mine-0: Instance created on fleet submission. Status: PENDING (admin)",
                    "mine-1: Instance created on fleet submission. Status: PENDING (admin)",
                ])
            #expect(within.last == told[2])
        }
    }

    @Test func whatAHostIsAt_isShown_andOneThatFails_keepsNobodyElse() async throws {
        let hosts = FakeHosts()
        hosts.set(.waiting, for: "slow")
        hosts.set(.refused("there is no Docker Engine"), for: "bare")
        try await ServerFixture.with(isDriven: true, compute: hosts) { server in
            _ = try await Self.apply(Self.spec(["slow", "bare", "good"]), on: server)
            let fleet = try #require(
                try await Self.fleet(on: server, .provisioning, .terminated, .idle, step: "uploading 40%"))
            let failed = fleet.instances[1]
            #expect(failed.terminationReason == .error)
            #expect(failed.terminationReasonMessage == "there is no Docker Engine")
            hosts.set(.ready, for: "slow")
            hosts.set(.ready, for: "bare")
            _ = try await Self.fleet(on: server, .idle, .terminated, .idle)

            // The same configuration again sets up what had failed.
            let again = try await Self.plan(Self.spec(["slow", "bare", "good"]), on: server)
            #expect(again.action == .update)
            let answer = try await Self.apply(
                Self.spec(["slow", "bare", "good"]), over: again.currentResource, on: server)
            #expect(answer.status == 200, "\(answer.text)")
            let mended = try await Self.fleet(on: server, .idle, .idle, .idle)
            #expect(mended?.instances.map(\.hostname) == ["slow", "bare", "good"])
        }
    }

    @Test func hosts_comeAndGo_inPlace() async throws {
        let hosts = FakeHosts()
        try await ServerFixture.with(isDriven: true, compute: hosts) { server in
            _ = try await Self.apply(Self.spec(["one", "two"]), on: server)
            _ = try await Self.fleet(on: server, .idle, .idle)
            let plan = try await Self.plan(Self.spec(["two", "three"]), on: server)
            #expect(plan.action == .update)
            let applied = try await Self.apply(
                Self.spec(["two", "three"]), over: plan.currentResource, on: server)
            #expect(applied.status == 200, "\(applied.text)")
            let fleet = try #require(
                try await Self.fleet(on: server, .idle, .idle))
            #expect(fleet.instances.map(\.hostname) == ["two", "three"])
            #expect(fleet.instances.map(\.instanceNum) == [1, 2])
            #expect(hosts.removed.map(\.hop.host) == ["one"])
            #expect(hosts.requests.map(\.hostname).sorted() == ["one", "three", "two"])

            #expect(
                try await Self.events("within_fleets", of: fleet, on: server)
                    .contains("mine-2: Instance created on fleet update. Status: PENDING (admin)"))

            // What was seen is outdated now.
            let late = try await Self.apply(Self.spec(["two"]), over: plan.currentResource, on: server)
            #expect(
                try Self.message(late)
                    == "Failed to apply plan. Resource has been changed. Try again or use force apply.")
            let forced = try await Self.apply(Self.spec(["two"]), force: true, on: server)
            #expect(forced.status == 200, "\(forced.text)")
        }
    }

    @Test func aHostThatWasGivenBackByItself_comesBackByTheSameConfiguration() async throws {
        let hosts = FakeHosts()
        try await ServerFixture.with(isDriven: true, compute: hosts) { server in
            let spec = Self.spec(["one", "two"])
            _ = try await Self.apply(spec, on: server)
            _ = try await Self.fleet(on: server, .idle, .idle)
            let deleted = try await server.post(
                "/api/project/main/fleets/delete_instances", #"{"name": "mine", "instance_nums": [0]}"#)
            #expect(deleted.status == 200, "\(deleted.text)")
            _ = try await Self.fleet(on: server, .idle)
            let plan = try await Self.plan(spec, on: server)
            #expect(plan.action == .update)
            _ = try await Self.apply(spec, over: plan.currentResource, on: server)
            let fleet = try await Self.fleet(on: server, .idle, .idle)
            #expect(fleet?.instances.map(\.hostname) == ["one", "two"])
            #expect(hosts.requests.map(\.hostname).sorted() == ["one", "one", "two"])
        }
    }

    @Test func anotherKey_isTakenInPlace_forHostsThatAreNotReady() async throws {
        let hosts = FakeHosts()
        hosts.set(.away, for: "off")
        hosts.set(.refused("it is not let in"), for: "shut")
        let other = Self.key.replacing("gtZWQyNTUxOQ", with: "gtZWQyNTUxOQAA")
        try await ServerFixture.with(isDriven: true, compute: hosts) { server in
            _ = try await Self.apply(Self.spec(["good", "off", "shut"]), on: server)
            let first = try #require(
                try await Self.fleet(on: server, .idle, .provisioning, .terminated))
            let spec = Self.spec(["good", "off", "shut"]) {
                $0.sshConfig?.identityFile = "other"
                $0.sshConfig?.sshKey = SSHKey(publicKey: "ssh-ed25519 BBBB", privateKey: other)
            }
            let plan = try await Self.plan(spec, on: server)
            #expect(plan.action == .update)
            hosts.set(.ready, for: "shut")
            let applied = try await Self.apply(spec, over: plan.currentResource, on: server)
            #expect(applied.status == 200, "\(applied.text)")
            // The one that had the other key is not tried any more.
            hosts.set(.ready, for: "off")
            let fleet = try #require(try await Self.fleet(on: server, .idle, .idle, .idle))
            #expect(fleet.instances.contains { $0.id == first.instances[0].id })
            #expect(hosts.requests.filter { $0.hostname == "good" }.count == 1)
            for host in ["off", "shut"] {
                let last = hosts.requests.last { $0.hostname == host }
                #expect(last?.target.hop.identities == [.key(other)], "\(host)")
            }
        }
    }

    /// 1. A host goes, which takes a while. 2. It is put back, into its own fleet or another. 3. Were it set up at once, the
    /// removal would take the key and the shim from under it.
    @Test(arguments: ["mine", "other"])
    func aHostThatIsPutBackAtOnce_waitsUntilItIsGivenBack(_ name: String) async throws {
        let hosts = FakeHosts()
        try await ServerFixture.with(isDriven: true, compute: hosts) { server in
            _ = try await Self.apply(Self.spec(["one", "two"]), on: server)
            _ = try await Self.fleet(on: server, .idle, .idle)
            hosts.holdRemovals(true)
            _ = try await Self.apply(Self.spec(["two"]), force: true, on: server)
            _ = try await Self.fleet(on: server, .terminating, .idle)
            let hostsBack = name == "mine" ? ["one", "two"] : ["one"]
            let back = try await Self.apply(Self.spec(hostsBack, name: name), force: true, on: server)
            #expect(back.status == 200, "\(back.text)")
            var waiting: Instance?
            while waiting?.statusMessage == nil {
                waiting = try await Self.look(name, at: server)?.instances.first { $0.status == .pending }
                await Task.yield()
            }
            #expect(waiting?.statusMessage == "waits until one is given back by fleet 'mine'")
            #expect(hosts.requests.map(\.hostname).sorted() == ["one", "two"])
            hosts.holdRemovals(false)
            while try await Self.look(name, at: server)?.instances.last?.status != .idle { await Task.yield() }
            #expect(hosts.requests.map(\.hostname).sorted() == ["one", "one", "two"])
            #expect(hosts.removed.map(\.hop.host) == ["one"])
        }
    }

    @Test func anInstanceWithAJob_isNotGivenBack() async throws {
        let hosts = FakeHosts()
        try await ServerFixture.with(isDriven: true, compute: hosts) { server in
            _ = try await Self.apply(Self.spec(["one", "two"]), on: server)
            let fleet = try #require(
                try await Self.fleet(on: server, .idle, .idle))
            try await server.store.commit(
                Change(writes: [.claim(jobID: "job", instanceID: fleet.instances[0].id, blocks: 1)]))
            let whole = try await server.post("/api/project/main/fleets/delete", #"{"names": ["mine"]}"#)
            #expect(try Self.message(whole) == "Failed to delete fleet mine. Fleet is in use.")
            let one = try await server.post(
                "/api/project/main/fleets/delete_instances", #"{"name": "mine", "instance_nums": [0]}"#)
            #expect(
                try Self.message(one) == "Failed to delete fleet mine instances [0]. Fleet instances are in use.")
            let other = try await server.post(
                "/api/project/main/fleets/delete_instances", #"{"name": "mine", "instance_nums": [1]}"#)
            #expect(other.status == 200, "\(other.text)")
            let left = try await Self.fleet(on: server, .idle)
            #expect(left?.instances.map(\.instanceNum) == [0])
            // Nothing is placed any more on what is to go.
            await #expect(throws: StoreError.noFreeSlot(instanceID: fleet.instances[1].id)) {
                try await server.store.commit(
                    Change(writes: [.claim(jobID: "late", instanceID: fleet.instances[1].id, blocks: 1)]))
            }
        }
    }

    /// As in dstack: a run keeps its fleet until it ends or rests, also while no job of it is on a host. A host can go.
    @Test func aFleetWhoseRunIsNotFinished_isNotDeleted_thoughNoJobIsThere() async throws {
        let hosts = FakeHosts()
        try await ServerFixture.with(isDriven: true, compute: hosts) { server in
            _ = try await Self.apply(Self.spec(["one", "two"]), on: server)
            let fleet = try #require(try await Self.fleet(on: server, .idle, .idle))
            var run = RunRecord(
                id: "run", projectID: server.mainProjectID, userID: "user", name: "between",
                submittedAt: Timestamp(microseconds: 1), status: .running, fleetID: fleet.id, spec: [], state: [])
            try await server.store.commit(Change(writes: [.insertRun(run)]))
            let refused = try await server.post("/api/project/main/fleets/delete", #"{"names": ["mine"]}"#)
            #expect(try Self.message(refused) == "Failed to delete fleet mine. Fleet is in use.")
            #expect(try await Self.look(at: server)?.status == .active)
            let one = try await server.post(
                "/api/project/main/fleets/delete_instances", #"{"name": "mine", "instance_nums": [0]}"#)
            #expect(one.status == 200, "\(one.text)")
            // One that rests before it is tried again may be placed anywhere.
            run.version += 1
            run.status = .pending
            run.fleetID = nil
            try await server.store.commit(Change(writes: [.updateRun(run)]))
            let deleted = try await server.post("/api/project/main/fleets/delete", #"{"names": ["mine"]}"#)
            #expect(deleted.status == 200, "\(deleted.text)")
        }
    }

    @Test func severalFleets_areDeletedTogether_orNone() async throws {
        let hosts = FakeHosts()
        try await ServerFixture.with(isDriven: true, compute: hosts) { server in
            _ = try await Self.apply(Self.spec(["one"], name: "other"), on: server)
            _ = try await Self.apply(Self.spec(["two"]), on: server)
            let fleet = try #require(try await Self.fleet(on: server, .idle))
            try await server.store.commit(
                Change(writes: [.claim(jobID: "job", instanceID: fleet.instances[0].id, blocks: 1)]))
            let names = #"{"names": ["other", "mine", "none", "other"]}"#
            let refused = try await server.post("/api/project/main/fleets/delete", names)
            #expect(try Self.message(refused) == "Failed to delete fleet mine. Fleet is in use.")
            #expect(try await Self.look("other", at: server)?.status == .active)
            try await server.store.commit(Change(writes: [.release(jobID: "job")]))
            let deleted = try await server.post("/api/project/main/fleets/delete", names)
            #expect(deleted.status == 200, "\(deleted.text)")
            #expect(try await Self.fleet(on: server) == nil)
        }
    }

    // MARK: Refusals

    @Test func theNameOfThisMachinesFleet_isNotGiven() async throws {
        try await ServerFixture.with { server in
            let answer = try await Self.apply(Self.spec(["one"], name: "local"), on: server)
            #expect(answer.status == 400)
            #expect(try Self.message(answer)?.contains("cannot be called 'local'") == true)
        }
    }

    @Test func twoFleets_doNotShareAHost() async throws {
        try await ServerFixture.with(isDriven: true, compute: FakeHosts()) { server in
            _ = try await Self.apply(Self.spec(["one", "two"]), on: server)
            let second = try await Self.apply(Self.spec(["two", "three"], name: "other"), on: server)
            #expect(second.status == 400)
            let message = try #require(try Self.message(second))
            #expect(message.hasPrefix("Instances [two] are already assigned to a fleet."))
            #expect(message.contains("two is a host of 'mine'"))
        }
    }

    @Test func oneAddress_behindTwoJumpHosts_isTwoMachines() async throws {
        @Sendable func spec(_ name: String, _ jump: String) -> FleetSpec {
            let pair = SSHKeyPair.generate(comment: "jump")
            let key = SSHKey(publicKey: pair.publicKey, privateKey: pair.privateKey)
            return Self.spec(["10.0.0.5"], name: name) {
                $0.sshConfig?.proxyJump = SSHProxyParams(hostname: jump, user: "u", identityFile: "k", sshKey: key)
            }
        }
        try await ServerFixture.with(isDriven: true, compute: FakeHosts()) { server in
            for (name, jump) in [("left", "left.example"), ("right", "right.example")] {
                let answer = try await Self.apply(spec(name, jump), on: server)
                #expect(answer.status == 200, "\(answer.text)")
            }
            let again = try await Self.apply(spec("again", "LEFT.example"), on: server)
            #expect(try Self.message(again)?.contains("10.0.0.5 is a host of 'left'") == true)
            #expect(
                try await server.store.liveInstances().map(\.route)
                    == ["left.example:22 10.0.0.5:22", "right.example:22 10.0.0.5:22"])
        }
    }

    /// What a fleet is refused for, and how the words begin.
    private static let refusals: [(FleetSpec, String)] = {
        var noKey = spec(["a"])
        noKey.configuration.sshConfig?.sshKey = nil
        var noUser = spec(["a"])
        noUser.configuration.sshConfig?.user = nil
        var both = spec(["a"])
        both.configuration.nodes = FleetNodesSpec(min: 1)
        var priced = spec(["a"])
        priced.configuration.maxPrice = 1
        var nothing = spec(["a"])
        nothing.configuration.sshConfig = nil
        var cloud = both
        cloud.configuration.sshConfig = nil
        var partly = spec(["a"])
        partly.configuration.sshConfig?.hosts.append(.params(SSHHostParams(hostname: "b", internalIp: "10.0.0.2")))
        var locked = spec(["a"])
        locked.configuration.sshConfig?.sshKey = SSHKey(
            publicKey: "ssh-ed25519 AAAA",
            privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0")
        return [
            (noKey, "No ssh key specified for host a"), (noUser, "No ssh user specified for host a"),
            (both, "ssh_config and nodes are mutually exclusive"),
            (spec(["a", "a"]), "`ssh_config.hosts` names a twice"),
            (priced, "SSH fleet configuration does not support the following fields: ['max_price']"),
            (nothing, "No ssh_config or nodes specified"), (cloud, "fleets of cloud instances are not served yet"),
            (partly, "internal_ip must be specified for all hosts"), (locked, "Unsupported key type."),
            (spec(["a"], name: "Not a name"), "Resource name should match regex '^[a-z][a-z0-9-]{1,40}$'"),
        ]
    }()

    @Test func whatCannotBe_isRefusedInDstacksWords() async throws {
        try await ServerFixture.with { server in
            for (spec, words) in Self.refusals {
                let message = try Self.message(try await Self.apply(spec, on: server)) ?? "-"
                #expect(message.hasPrefix(words), "\(message)")
            }
        }
    }

    @Test func thisMachine_isNoFleetToDelete() async throws {
        try await ServerFixture.with { server in
            try await LocalFleet.place(
                in: server.store, projectID: server.mainProjectID,
                resources: Resources(cpus: 2, memoryMib: 1024, gpus: [], spot: false), slots: 2, clock: .system)
            let answer = try await server.post("/api/project/main/fleets/delete", #"{"names": ["local"]}"#)
            #expect(answer.status == 400)
            #expect(try Self.message(answer)?.contains("DSTACK_LOCAL_FLEET_DISABLED=1") == true)
        }
    }
}
