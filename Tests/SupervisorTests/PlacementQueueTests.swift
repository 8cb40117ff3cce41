import Testing
import Wire

@testable import Supervisor

@Suite struct PlacementQueueTests {
    private static let machine = MachineOffer(
        resources: Resources(cpus: 2, memoryMib: 4096, gpus: [], spot: false, disk: Disk(sizeMib: 10_240)), price: 0,
        isLocal: true)

    private func queue(slots: Int, project: String = "p") -> PlacementQueue {
        var queue = PlacementQueue()
        queue.setMachines([
            .init(instanceID: "i", projectID: project, slots: slots, offer: Self.machine),
            .init(instanceID: "other", projectID: "q", slots: slots, offer: Self.machine),
        ])
        return queue
    }

    private func request(
        _ id: String, project: String = "p", priority: Int = 0, at seconds: Int64 = 0,
        _ resources: ResourcesSpec = ResourcesSpec()
    ) -> PlacementQueue.Request {
        .init(
            jobID: id, projectID: project, priority: priority,
            submittedAt: Timestamp(microseconds: seconds * 1_000_000),
            wish: MachineWish(requirements: Requirements(resources: resources)))
    }

    @Test func next_grantsUpToTheSlots_thenWaits() {
        var queue = queue(slots: 2)
        for id in ["a", "b", "c"] { queue.add(request(id)) }
        #expect(queue.next() == .granted(jobID: "a", .init(instanceID: "i", blocks: 1)))
        #expect(queue.next() == .granted(jobID: "b", .init(instanceID: "i", blocks: 1)))
        #expect(queue.next() == nil)
        queue.release(jobID: "a")
        #expect(queue.next() == .granted(jobID: "c", .init(instanceID: "i", blocks: 1)))
    }

    @Test func next_higherPriorityFirst_thenOldest() {
        var queue = queue(slots: 3)
        queue.add(request("young", at: 2))
        queue.add(request("old", at: 1))
        queue.add(request("urgent", priority: 1, at: 3))
        #expect(queue.next() == .granted(jobID: "urgent", .init(instanceID: "i", blocks: 1)))
        #expect(queue.next() == .granted(jobID: "old", .init(instanceID: "i", blocks: 1)))
        #expect(queue.next() == .granted(jobID: "young", .init(instanceID: "i", blocks: 1)))
    }

    @Test func next_afterANewPriority_servesByIt() {
        var queue = queue(slots: 1)
        for (index, id) in ["a", "b", "c"].enumerated() { queue.add(request(id, at: Int64(index))) }
        #expect(queue.next() == .granted(jobID: "a", .init(instanceID: "i", blocks: 1)))
        queue.reprioritize(jobID: "c", priority: 1)
        queue.reprioritize(jobID: "a", priority: -1)
        queue.reprioritize(jobID: "none", priority: 1)
        #expect(queue.next() == nil)
        queue.release(jobID: "a")
        #expect(queue.next() == .granted(jobID: "c", .init(instanceID: "i", blocks: 1)))
    }

    @Test func next_projectsTakeTurns() {
        var queue = queue(slots: 4)
        for index in 0..<3 { queue.add(request("p\(index)", at: Int64(index))) }
        for index in 0..<2 { queue.add(request("q\(index)", project: "q", at: Int64(10 + index))) }
        var order: [String] = []
        while case .granted(let id, _) = queue.next() { order.append(id) }
        #expect(order == ["p0", "q0", "p1", "q1", "p2"])
    }

    @Test func next_aJobThatHoldsASlot_getsItAgain() {
        var queue = queue(slots: 1)
        queue.hold(jobID: "a", instanceID: "i")
        queue.add(request("b"))
        queue.add(request("a", at: 5))
        #expect(queue.next() == .granted(jobID: "a", .init(instanceID: "i", blocks: 1)))
        #expect(queue.next() == nil)
    }

    @Test func next_whatNoMachineMeets_isRefusedWithTheNearest() {
        var queue = queue(slots: 1)
        queue.add(request("a", ResourcesSpec(memory: MemoryRange(min: Memory(gigabytes: 64)))))
        #expect(
            queue.next()
                == .refused(
                    jobID: "a", why: "No offers match the requirements: memory: 64GB.. (it has 4GB)"))
    }

    @Test func next_withoutMachines_isRefused() {
        var queue = PlacementQueue()
        queue.add(request("a"))
        #expect(
            queue.next()
                == .refused(jobID: "a", why: "No matching fleet found: no fleet of the project has an instance"))
    }

    @Test func shortfalls_dstacksDefaults_doNotRuleOutTheLocalMachine() {
        let requirements = Requirements(resources: ResourcesSpec())
        #expect(RequirementMatch.shortfalls(requirements, offer: Self.machine).isEmpty)
        var remote = Self.machine
        remote.isLocal = false
        #expect(RequirementMatch.shortfalls(requirements, offer: remote).count == 2)
    }
}
