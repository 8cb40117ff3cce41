import Testing
import Wire

@testable import Supervisor

/// The nodes of a run get their slots all together or none.
@Suite struct GangTests {
    private static let machine = MachineOffer(
        resources: Resources(cpus: 2, memoryMib: 4096, gpus: [], spot: false, disk: Disk(sizeMib: 10_240)), price: 0,
        isLocal: true)

    private func queue(_ slots: Int...) -> PlacementQueue {
        var queue = PlacementQueue()
        queue.setMachines(
            slots.enumerated().map {
                .init(instanceID: "i\($0)", projectID: "p", slots: $1, offer: Self.machine)
            })
        return queue
    }

    private func node(_ run: String, _ number: Int, of size: Int, priority: Int = 0, at seconds: Int64 = 0)
        -> PlacementQueue.Request
    {
        .init(
            jobID: "\(run)\(number)", projectID: "p", priority: priority,
            submittedAt: Timestamp(microseconds: seconds * 1_000_000),
            wish: MachineWish(requirements: Requirements(resources: ResourcesSpec()), isNode: size > 1),
            gang: size == 1 ? nil : .init(runID: run, replicaNum: 0, submissionNum: 0, size: size))
    }

    private func granted(_ queue: inout PlacementQueue) -> [String] {
        var ids: [String] = []
        while let decision = queue.next() {
            if case .granted(let id, _) = decision { ids.append(id) }
        }
        return ids
    }

    @Test func twoRunsOfTenNodes_onSixteenSlots_runOneAfterTheOther() {
        var queue = queue(16)
        for number in 0..<10 {
            queue.add(node("a", number, of: 10, at: 1))
            queue.add(node("b", number, of: 10, at: 2))
            if number < 9 { #expect(queue.next() == nil, "nobody is placed before all nodes wait") }
        }
        #expect(granted(&queue) == (0..<10).map { "a\($0)" })
        #expect(queue.waitingCount == 10)
        #expect(queue.siblings(of: "a0").count == 9)
        for number in 0..<9 {
            queue.release(jobID: "a\(number)")
            let isRoom = 16 - (9 - number) >= 10
            #expect(granted(&queue).count == (isRoom && number == 3 ? 10 : 0))
        }
    }

    @Test func aRunWhoseTurnItIs_keepsTheFreeSlots_fromThoseAfterIt() {
        var queue = queue(2)
        queue.add(node("x", 0, of: 1, at: 0))
        #expect(granted(&queue) == ["x0"])
        for number in 0..<2 { queue.add(node("a", number, of: 2, at: 1)) }
        queue.add(node("y", 0, of: 1, at: 2))
        #expect(granted(&queue) == [])
        #expect(queue.wait(of: "y0")?.free == 1)
        #expect(queue.wait(of: "a0")?.wanted == 2)
        queue.add(node("z", 0, of: 1, priority: 1, at: 3))
        #expect(granted(&queue) == ["z0"])
        queue.release(jobID: "x0")
        #expect(granted(&queue) == [])
        queue.release(jobID: "z0")
        #expect(granted(&queue) == ["a0", "a1"])
    }

    @Test func aRunOfWhichANodeIsAway_letsOthersPass() {
        var queue = queue(2)
        queue.add(node("a", 0, of: 2, at: 1))
        queue.add(node("y", 0, of: 1, at: 2))
        #expect(granted(&queue) == ["y0"])
    }

    @Test func moreNodesThanSlots_isRefusedInWords() {
        var queue = queue(16)
        queue.add(node("a", 0, of: 20))
        #expect(
            queue.next()
                == .refused(
                    jobID: "a0",
                    why: "The run has 20 nodes, which start together, and the fleet has 16 slots in all"))
        #expect(queue.waitingCount == 0)
    }

    @Test func nodesOfAnEarlierLife_getTheirSlotsAgain() {
        var queue = queue(3)
        for number in 0..<3 { queue.hold(jobID: "a\(number)", instanceID: "i0") }
        queue.add(node("b", 0, of: 1))
        queue.add(node("a", 1, of: 3, at: 9))
        #expect(granted(&queue) == ["a1"])
    }

    @Test func aNodeThatIsAsked_again_getsTheSameSlot() {
        var queue = queue(2)
        for number in 0..<2 { queue.add(node("a", number, of: 2)) }
        #expect(granted(&queue).count == 2)
        queue.add(node("a", 1, of: 2))
        #expect(granted(&queue) == ["a1"])
    }

    @Test func anotherAttempt_isAnotherGang() {
        var queue = queue(2)
        for number in 0..<2 { queue.add(node("a", number, of: 2)) }
        #expect(granted(&queue).count == 2)
        for number in 0..<2 { queue.release(jobID: "a\(number)") }
        for number in 0..<2 {
            var again = node("a", number, of: 2)
            again.jobID = "again\(number)"
            again.gang?.submissionNum = 1
            queue.add(again)
        }
        #expect(granted(&queue) == ["again0", "again1"])
    }

    @Test func projectsTakeTurns_runByRun() {
        var queue = PlacementQueue()
        queue.setMachines(
            ["p", "q"].map { .init(instanceID: "i\($0)", projectID: $0, slots: 4, offer: Self.machine) })
        for number in 0..<2 {
            queue.add(node("a", number, of: 2, at: 1))
            queue.add(node("b", number, of: 2, at: 2))
        }
        var other = node("c", 0, of: 1, at: 3)
        other.projectID = "q"
        queue.add(other)
        // The first decision is made when the first gang is whole.
        #expect(granted(&queue) == ["a0", "a1", "c0", "b0", "b1"])
    }

    @Test func places_moveOneAside_whereThatMakesRoom() {
        #expect(GangFit.places([[0, 1], [0]], free: [1, 1]) == [1, 0])
        #expect(GangFit.places([[0], [0]], free: [1, 1]) == nil)
        #expect(GangFit.places([[0, 1], [0, 1], [0, 1]], free: [2, 1]) == [0, 0, 1])
        #expect(GangFit.places([[], [0]], free: [2]) == nil)
    }

    @Test func nodesThatFitOnlyTogetherTooFewSlots_areRefusedTogether() {
        var queue = PlacementQueue()
        var small = Self.machine
        small.resources.memoryMib = 1024
        queue.setMachines([
            .init(instanceID: "big", projectID: "p", slots: 1, offer: Self.machine),
            .init(instanceID: "small", projectID: "p", slots: 4, offer: small),
        ])
        for number in 0..<2 {
            var request = node("a", number, of: 2)
            request.wish.requirements.resources.memory = MemoryRange(min: Memory(gigabytes: 4))
            queue.add(request)
        }
        var refused: [String] = []
        while case .refused(let id, _) = queue.next() { refused.append(id) }
        #expect(refused == ["a0", "a1"])
    }
}
