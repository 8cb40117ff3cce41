import Testing
import Wire

@testable import Supervisor

/// Hosts of fleets: blocks, clusters, choices of the user, hosts that are away.
@Suite struct PlacementOnHostsTests {
    private static func host(
        _ id: String, fleet: String = "f", slots: Int = 1, cpus: Int = 8, gigabytes: Int = 32, gpus: Int = 0,
        isInCluster: Bool = false, _ readiness: Machine.Readiness = .ready
    ) -> Machine {
        Machine(
            instanceID: id, projectID: "p", fleetID: fleet, fleetName: fleet, name: id, hostname: "\(id).example",
            slots: slots,
            offer: MachineOffer(
                resources: Resources(
                    cpus: cpus, memoryMib: gigabytes * 1024,
                    gpus: (0..<gpus).map { _ in Gpu(name: "A100", memoryMib: 40_960, vendor: .nvidia) }, spot: false,
                    disk: Disk(sizeMib: 204_800)), price: 0, isLocal: false), readiness: readiness,
            isInCluster: isInCluster)
    }

    private static let local = Machine(
        instanceID: "local", projectID: "p", fleetID: "local", fleetName: "local", name: "local-0", slots: 16,
        offer: MachineOffer(
            resources: Resources(cpus: 2, memoryMib: 4096, gpus: [], spot: false, disk: Disk(sizeMib: 10_240)),
            price: 0, isLocal: true), hasContainers: false)

    private func request(
        _ id: String, cpus: Int? = nil, gpus: Int? = nil, at seconds: Int64 = 0, gang: (run: String, size: Int)? = nil,
        choice: MachineChoice = .any, needsContainer: Bool = false
    ) -> PlacementQueue.Request {
        var resources = ResourcesSpec()
        if let cpus { resources.cpu = CPUSpec(count: CountRange(min: cpus)) }
        if let gpus { resources.gpu = GPUSpec(count: CountRange(min: gpus)) }
        return .init(
            jobID: id, projectID: "p", priority: 0, submittedAt: Timestamp(microseconds: seconds * 1_000_000),
            wish: MachineWish(
                requirements: Requirements(resources: resources), choice: choice, needsContainer: needsContainer,
                isNode: gang != nil),
            gang: gang.map { .init(runID: $0.run, replicaNum: 0, submissionNum: 0, size: $0.size) })
    }

    private func places(_ machines: [Machine], _ requests: [PlacementQueue.Request]) -> [String] {
        var queue = PlacementQueue()
        queue.setMachines(machines)
        for request in requests { queue.add(request) }
        return told(&queue)
    }

    private func told(_ queue: inout PlacementQueue) -> [String] {
        var told: [String] = []
        while let decision = queue.next() {
            switch decision {
            case .granted(let id, let place): told.append("\(id): \(place.blocks) of \(place.instanceID)")
            case .refused(let id, let why): told.append("\(id): \(why)")
            }
        }
        return told
    }

    // MARK: Blocks

    @Test func aJob_getsTheFewestBlocksThatWillDo() {
        let host = Self.host("a", slots: 4)
        #expect(places([host], [request("x", cpus: 2)]) == ["x: 1 of a"])
        #expect(places([host], [request("x", cpus: 3)]) == ["x: 2 of a"])
        #expect(places([host], [request("x", cpus: 8)]) == ["x: 4 of a"])
    }

    @Test func blocks_areNeverExceeded() {
        let host = Self.host("a", slots: 4)
        #expect(
            places([host], [request("x", cpus: 3), request("y", cpus: 2, at: 1), request("z", cpus: 3, at: 2)])
                == ["x: 2 of a", "y: 1 of a"])
    }

    @Test func aJobOfSeveralBlocks_isNotOvertakenForEver() {
        var queue = PlacementQueue()
        queue.setMachines([Self.host("a", slots: 2)])
        queue.add(request("small", cpus: 2))
        #expect(told(&queue) == ["small: 1 of a"])
        queue.add(request("large", cpus: 8, at: 1))
        queue.add(request("late", cpus: 2, at: 2))
        #expect(told(&queue) == [])
        #expect(queue.wait(of: "large").flatMap(PlacementText.wait) == "Waiting for 2 free blocks of one of a")
        queue.release(jobID: "small")
        #expect(told(&queue) == ["large: 2 of a"])
    }

    @Test func gpus_areDividedAsBlocks() {
        let host = Self.host("a", slots: 4, gpus: 4)
        #expect(places([host], [request("x", gpus: 2)]) == ["x: 2 of a"])
        #expect(Self.host("a", gpus: 4).offer.resources.share(1, of: 4).gpus.count == 1)
    }

    // MARK: Which host

    @Test func theSmallestHost_isTaken_soThatLargeOnesStayFree() {
        let hosts = [Self.host("big", cpus: 32), Self.host("gpu", gpus: 2), Self.host("small", cpus: 4)]
        #expect(places(hosts, [request("x")]) == ["x: 1 of small"])
        #expect(places(hosts, [request("x", cpus: 8)]) == ["x: 1 of big"])
    }

    @Test func thisMachine_isTakenBeforeHosts_unlessAContainerIsNeeded() {
        let machines = [Self.host("a"), Self.local]
        #expect(places(machines, [request("x")]) == ["x: 1 of local"])
        #expect(places(machines, [request("x", needsContainer: true)]) == ["x: 1 of a"])
        #expect(places(machines, [request("x", cpus: 8)]) == ["x: 1 of a"])
    }

    @Test func dstacksDefaults_countOnHosts() {
        #expect(
            places([Self.host("a", cpus: 1, gigabytes: 4)], [request("x")]) == [
                "x: No offers match the requirements: cpu: 2.. (it has 1), memory: 8GB.. (it has 4GB)"
            ])
    }

    @Test func aHostThatIsAway_isNotChosen_andWaitedFor() {
        var queue = PlacementQueue()
        queue.setMachines([Self.host("a", .away), Self.host("b", cpus: 4)])
        queue.add(request("x"))
        queue.add(request("y", cpus: 8, at: 1))
        #expect(told(&queue) == ["x: 1 of b"])
        #expect(queue.wait(of: "y").flatMap(PlacementText.wait) == "Waiting for a, which does not answer")
        queue.setMachines([Self.host("a"), Self.host("b", cpus: 4)])
        #expect(told(&queue) == ["y: 1 of a"])
    }

    @Test func aHostThatIsSetUp_isWaitedFor_andItsFailureRefuses() {
        var queue = PlacementQueue()
        queue.setMachines([Self.host("a", cpus: 1, .settingUp)])
        queue.add(request("x"))
        #expect(told(&queue) == [])
        #expect(queue.wait(of: "x").flatMap(PlacementText.wait) == "Waiting for the set-up of a")
        queue.setMachines([])
        #expect(told(&queue) == ["x: No matching fleet found: no fleet of the project has an instance"])
    }

    @Test func aHostThatIsToGo_isNotGrantedAgain() {
        var queue = PlacementQueue()
        queue.setMachines([Self.host("a")])
        queue.add(request("x"))
        #expect(told(&queue) == ["x: 1 of a"])
        queue.setMachines([Self.host("b")])
        queue.add(request("x"))
        #expect(told(&queue) == ["x: 1 of b"])
    }

    // MARK: The user's choice

    @Test func fleetsAndInstances_boundTheChoice() {
        let machines = [Self.host("a", fleet: "f"), Self.host("b", fleet: "g"), Self.local]
        func place(_ choice: MachineChoice) -> [String] { places(machines, [request("x", choice: choice)]) }
        #expect(place(.init(fleets: [.init(name: "g")])) == ["x: 1 of b"])
        #expect(place(.init(instances: [.name("a")])) == ["x: 1 of a"])
        #expect(place(.init(instances: [.hostname("b.example")])) == ["x: 1 of b"])
        #expect(place(.init(instances: [.fleet(.init(name: "g"), instance: 0)])) == ["x: 1 of b"])
    }

    @Test func namesThatAreNotThere_areToldWithThoseThatAre() {
        func why(_ choice: MachineChoice, _ machines: [Machine], fleets: [String]) -> String? {
            var queue = PlacementQueue()
            queue.setMachines(machines, fleets: ["p": fleets])
            queue.add(request("x", choice: choice))
            return told(&queue).first
        }
        let machines = [Self.host("a", fleet: "f"), Self.host("b", fleet: "g")]
        let all = ["f", "g", "empty"]
        #expect(
            why(.init(fleets: [.init(name: "h")]), machines, fleets: all)
                == "x: Failed to use specified fleets: no fleet 'h' in the project; there are: 'empty', 'f', 'g'")
        #expect(
            why(.init(fleets: [.init(name: "h"), .init(name: "i")]), [Self.local], fleets: ["local"])
                == "x: Failed to use specified fleets: no fleet 'h' or 'i' in the project; there is one fleet, 'local'")
        #expect(
            why(.init(fleets: [.init(name: "empty")]), machines, fleets: all)
                == "x: Failed to use specified fleets: 'empty' has no instance")
        #expect(
            why(.init(instances: [.name("c"), .fleet(.init(name: "f"), instance: 7)]), machines, fleets: all)
                == "x: Failed to use specified instances: no instance 'c' or 'f-7' in the project; there are: 'a', 'b'")
        #expect(
            why(.init(fleets: [.init(name: "f")], instances: [.name("b")]), machines, fleets: all)
                == "x: Failed to use specified instances: the instances are of no such fleet")
        #expect(
            why(.init(fleets: [.init(name: "h")], instances: [.name("c")]), [], fleets: [])
                == "x: Failed to use specified instances: no fleet 'h' in the project; there is none. "
                + "no instance 'c' in the project; there is none")
    }

    // MARK: Several nodes

    private func gang(_ run: String, _ size: Int, at seconds: Int64 = 0) -> [PlacementQueue.Request] {
        (0..<size).map { request("\(run)\($0)", at: seconds, gang: (run, size)) }
    }

    @Test func nodes_takeHostsWhole_ofOneFleetWithACluster() {
        let hosts = [
            Self.host("x", fleet: "any", slots: 2),
            Self.host("a", fleet: "c", slots: 2, isInCluster: true),
            Self.host("b", fleet: "c", slots: 2, isInCluster: true),
        ]
        #expect(places(hosts, gang("n", 2)) == ["n0: 2 of a", "n1: 2 of b"])
        #expect(
            places([hosts[0]], gang("n", 2)).first
                == "n0: No matching fleet found: several nodes of one run need a fleet with `placement: cluster`")
    }

    @Test func nodes_areNeverSpreadOverFleets() {
        let hosts = [
            Self.host("a", fleet: "c", isInCluster: true), Self.host("b", fleet: "d", isInCluster: true),
            Self.host("e", fleet: "d", isInCluster: true),
        ]
        #expect(places(hosts, gang("n", 2)) == ["n0: 1 of b", "n1: 1 of e"])
        #expect(
            places(hosts, gang("n", 3)).first
                == "n0: The run has 3 nodes, which start together, and the fleet has 2 slots in all")
    }

    /// 1. A host of three is away. 2. A run of three nodes waits for it. 3. The others would be idle for as long.
    @Test func nodesThatWaitForAHostThatIsAway_keepNoOtherIdle() {
        var queue = PlacementQueue()
        func hosts(_ third: Machine.Readiness) -> [Machine] {
            [
                Self.host("a", fleet: "c", isInCluster: true), Self.host("b", fleet: "c", isInCluster: true),
                Self.host("c", fleet: "c", isInCluster: true, third),
            ]
        }
        queue.setMachines(hosts(.away))
        for node in gang("n", 3) { queue.add(node) }
        queue.add(request("late", at: 1))
        #expect(told(&queue) == ["late: 1 of a"])
        // From here on they can all be had.
        queue.setMachines(hosts(.ready))
        queue.add(request("later", at: 2))
        #expect(told(&queue) == [])
        queue.release(jobID: "late")
        #expect(told(&queue) == ["n0: 1 of a", "n1: 1 of b", "n2: 1 of c"])
    }

    @Test func nodes_keepNothingOfAFleetThatIsTooSmall() {
        var queue = PlacementQueue()
        queue.setMachines([
            Self.host("a", fleet: "x", isInCluster: true), Self.host("b", fleet: "x", isInCluster: true),
            Self.host("y", fleet: "y", isInCluster: true),
        ])
        queue.add(request("one"))
        #expect(told(&queue) == ["one: 1 of a"])
        for node in gang("n", 2, at: 1) { queue.add(node) }
        queue.add(request("late", at: 2))
        #expect(told(&queue) == ["late: 1 of y"])
        queue.release(jobID: "one")
        #expect(told(&queue) == ["n0: 1 of a", "n1: 1 of b"])
    }

    @Test func nodes_waitUntilAllTheirHostsAreFree() {
        var queue = PlacementQueue()
        queue.setMachines([
            Self.host("a", fleet: "c", slots: 2, isInCluster: true),
            Self.host("b", fleet: "c", slots: 2, isInCluster: true),
        ])
        queue.add(request("one", cpus: 2))
        #expect(told(&queue) == ["one: 1 of a"])
        for node in gang("n", 2, at: 1) { queue.add(node) }
        queue.add(request("late", cpus: 2, at: 2))
        #expect(told(&queue) == [])
        queue.release(jobID: "one")
        #expect(told(&queue) == ["n0: 2 of a", "n1: 2 of b"])
        #expect(queue.siblings(of: "n0").map(\.place.blocks) == [2])
    }
}
