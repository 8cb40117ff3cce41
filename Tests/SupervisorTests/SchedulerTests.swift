import Dispatch
import Foundation
import JobActors
import Logging
import Store
import Testing
import Wire

@testable import Supervisor

@Suite struct SchedulerTests {
    /// An instance of one slot.
    private static func instance(_ id: String) throws -> InstanceRecord {
        let type = InstanceType(
            name: "machine",
            resources: Resources(cpus: 4, memoryMib: 16_384, gpus: [], spot: false, disk: Disk(sizeMib: 204_800)))
        return InstanceRecord(
            id: id, projectID: "p", fleetID: "f", name: id, instanceNum: 0,
            createdAt: Timestamp(microseconds: 0), backend: "remote", region: "local", price: 0,
            instanceType: try WireJSON.encode(type), hostname: "h", slots: 1)
    }

    /// A scheduler of one slot, which the job `busy` holds.
    private static func scheduler(_ store: GatedStore) async throws -> Scheduler {
        let environment = Environment(
            executor: QueueExecutor(), clock: SystemEngineClock(), newID: { "id" }, jitter: { 0 }, store: store,
            logs: FileLogStore(directory: NSTemporaryDirectory()), logger: Logger(label: "test"))
        let scheduler = Scheduler(environment: environment)
        try await scheduler.load([try instance("i")], claims: [ClaimRecord(jobID: "busy", instanceID: "i")])
        return scheduler
    }

    /// Who gets the slot once `busy` gives it back, of two that wait.
    private static func first(of scheduler: Scheduler, _ prepare: () async -> Void) async throws -> String? {
        let (granted, grants) = AsyncStream.makeStream(of: String.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ["steady", "raised"] {
                group.addTask {
                    if case .granted = try await scheduler.awaitSlot(jobID: id) { grants.yield(id) }
                }
            }
            await prepare()
            while await scheduler.waitingCount < 2 { await Task.yield() }
            await scheduler.release(jobID: "busy")
            var first: String?
            for await id in granted {
                first = id
                break
            }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return first
        }
    }

    /// 1. One reads the rows. 2. An instance is added, another one reads the rows and sets them. 3. The first one's come.
    @Test func setInstances_byRowsThatAreOutdated_changesNothing() async throws {
        let scheduler = try await Self.scheduler(GatedStore())
        let (old, new) = ([try Self.instance("i")], [try Self.instance("i"), try Self.instance("j")])
        let before = await scheduler.instanceEpoch
        #expect(try await scheduler.setInstances(new, readAt: before))
        let isSet = try await scheduler.setInstances(old, readAt: before)
        try #require(!isSet)
        guard case .granted(let grant) = try await scheduler.awaitSlot(jobID: "job") else {
            Issue.record("the new instance is not there any more")
            return
        }
        #expect(grant.instanceID == "j")
    }

    /// 1. One reads the rows. 2. An instance ends. 3. The rows come, and it is in them.
    @Test func setInstances_doesNotBringBackWhatEndedMeanwhile() async throws {
        let scheduler = try await Self.scheduler(GatedStore())
        let rows = [try Self.instance("i"), try Self.instance("j")]
        #expect(try await scheduler.setInstances(rows, readAt: await scheduler.instanceEpoch))
        let before = await scheduler.instanceEpoch
        var ended = try Self.instance("j")
        ended.status = "terminated"
        ended.version = 1
        try await scheduler.update(ended)
        #expect(try await !scheduler.setInstances(rows, readAt: before))
    }

    @Test func reprioritize_ofAJobThatWaits_placesItFirst() async throws {
        let store = GatedStore()
        store.setPriority(5, of: "steady")
        let scheduler = try await Self.scheduler(store)
        let first = try await Self.first(of: scheduler) {
            while await scheduler.waitingCount < 2 { await Task.yield() }
            await scheduler.reprioritize(jobIDs: ["raised"], priority: 9)
        }
        #expect(first == "raised")
    }

    /// 1. The queue reads the run's row. 2. The update commits, and its actor tells. 3. The answer of 1 comes.
    @Test func reprioritize_whileTheRowIsRead_isNotOverwrittenByWhatWasRead() async throws {
        let store = GatedStore()
        store.setPriority(5, of: "steady")
        store.hold("raised")
        let scheduler = try await Self.scheduler(store)
        let first = try await Self.first(of: scheduler) {
            for await _ in store.stopped { break }
            store.setPriority(9, of: "raised")
            await scheduler.reprioritize(jobIDs: ["raised"], priority: 9)
            store.letGo()
        }
        #expect(first == "raised")
        #expect(store.reads(of: "raised") == 2)
    }
}

/// Runs the scheduler without an engine around it, one step after the other, as its actor requires.
private final class QueueExecutor: SerialExecutor, TaskExecutor {
    private let queue = DispatchQueue(label: "scheduler")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
        }
    }
}
