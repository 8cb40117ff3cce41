import Foundation
import Testing
import Wire

@testable import JobActors

/// How the nodes of a replica wait for one another.
@Suite struct ClusterWaitTests {
    private func wait(_ jobNum: Int, _ order: StartupOrder = .any, nodes: Int = 3) -> ClusterWait {
        ClusterWait(
            jobNum: jobNum, policy: ClusterPolicy(groupSizes: [1, nodes - 1], startupOrder: order),
            nodes: (0..<nodes).map { .init(jobID: "j\($0)", facts: nil, gpus: $0) })
    }

    private func news(_ number: Int, started: Bool = false) -> NodeNews {
        NodeNews(jobID: "j\(number)", facts: NodeFacts(address: "127.0.0.\(number + 1)", hasStarted: started))
    }

    @Test(arguments: StartupOrder.allCases)
    func nobodyStarts_beforeAllHaveAddresses(_ order: StartupOrder) {
        for jobNum in 0..<3 {
            var wait = wait(jobNum, order)
            wait.hear(news(0, started: true))
            wait.hear(news(2, started: true))
            #expect(wait.ready == nil)
            #expect(wait.reason == "Waiting for node 1 to be there")
            wait.hear(news(1, started: true))
            #expect(wait.ready?.addresses == ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
            #expect(wait.ready?.gpus == [0, 1, 2])
        }
    }

    /// Who may start with all addresses known and `started` begun.
    @Test(arguments: [
        (StartupOrder.any, [Int](), [0, 1, 2]), (.masterFirst, [], [0]), (.masterFirst, [0], [0, 1, 2]),
        (.workersFirst, [], [1, 2]), (.workersFirst, [1], [1, 2]), (.workersFirst, [1, 2], [0, 1, 2]),
    ])
    func startupOrder_isTheSecondCondition(_ order: StartupOrder, _ started: [Int], _ expected: [Int]) {
        let ready = (0..<3).filter { jobNum in
            var wait = wait(jobNum, order)
            for number in 0..<3 { wait.hear(news(number)) }
            for number in started { wait.hear(news(number, started: true)) }
            // What is late and older takes nothing back.
            for number in 0..<3 { wait.hear(news(number)) }
            return wait.ready != nil
        }
        #expect(ready == expected)
    }

    @Test func newsOfOthers_isNotHeard() {
        var wait = wait(0)
        let before = wait
        wait.hear(NodeNews(jobID: "older", facts: NodeFacts(address: "127.0.0.9")))
        #expect(wait == before)
    }

    @Test func rowsThatAreMissing_areWaitedFor() {
        let wait = ClusterWait(
            jobNum: 0, policy: ClusterPolicy(groupSizes: [2]),
            nodes: [.init(jobID: "j0", facts: NodeFacts(address: "a"), gpus: 0)])
        #expect(wait.ready == nil)
    }

    @Test func filled_putsAddressesInTheirPlaces() {
        let nodes = ClusterNodes(addresses: ["a", "b", "c"], gpus: [0, 0, 0], groupSizes: [1, 2])
        #expect(
            nodes.filled(
                "x ${{ groups[1].nodes[1].IP_ADDRESS }} ${{groups[0].nodes[0].IP_ADDRESS}} $${{ groups[0].nodes[0].IP_ADDRESS }} ${{ env.A }} ${{"
            )
                == "x c a $${{ groups[0].nodes[0].IP_ADDRESS }} ${{ env.A }} ${{")
    }

    @Test func node_isKeptToTheEnd_andHasNoLogWhileItWaits() {
        let now = Timestamp(microseconds: 0)
        var machine = JobMachine(policy: JobPolicy(cluster: ClusterPolicy(groupSizes: [2])))
        _ = machine.handle(.granted(instanceID: "i"), at: now)
        let task = ShimTask(
            id: "j", status: .running, address: "127.0.0.1", nodeAddress: "172.18.0.2", runnerPort: 7)
        _ = machine.handle(.task(task), at: now)
        #expect(machine.owed.contains(.awaitCluster))
        #expect(machine.node == NodeFacts(address: "172.18.0.2"))
        var stopped = machine
        _ = stopped.handle(.stop(JobStop(reason: .terminatedByServer)), at: now)
        #expect(stopped.state.ending?.log == JobEnding.LogFate.none)
        let nodes = ClusterNodes(addresses: ["172.18.0.2", "b"], gpus: [0, 0], groupSizes: [2])
        _ = machine.handle(.clusterReady(nodes), at: now)
        #expect(machine.owed.contains(.startRunner(instanceID: "i", RunnerAddress(host: "127.0.0.1", port: 7), nodes)))
        _ = machine.handle(.runnerStarted(RunnerJobInfo(workingDir: "/", username: "u")), at: now)
        _ = machine.handle(.runnerState(RunnerState(timestamp: 0, state: .done, exitStatus: 0)), at: now)
        _ = machine.handle(.taskEnded, at: now)
        #expect(machine.node == NodeFacts(address: "172.18.0.2", hasStarted: true))
    }

    @Test func rowsOfEarlierVersions_areRead() throws {
        let old =
            #"{"policy":{"isSpot":false,"provisioningTimeout":600,"stopGrace":10,"unreachableTimeout":120},"state":{"submitted":{}}}"#
        let machine = try JSONDecoder().decode(JobMachine.self, from: Data(old.utf8))
        #expect(machine.policy.cluster == nil)
        #expect(machine.node == nil)
    }
}
