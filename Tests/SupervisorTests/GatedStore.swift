import Store
import Synchronization
import Wire

/// A store of runs with one job each, named as their run, whose reads of one run can be held back after the row was
/// read: what a database does between a row and its answer, as long as a test wants.
final class GatedStore: Store {
    private struct State {
        var priorities: [String: Int] = [:]
        var held: String?
        var gate: CheckedContinuation<Void, Never>?
        var reads: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let stops: AsyncStream<Void>.Continuation
    /// Tells each time that a read is held back.
    let stopped: AsyncStream<Void>

    init() {
        (stopped, stops) = AsyncStream.makeStream()
    }

    func setPriority(_ priority: Int, of id: String) { state.withLock { $0.priorities[id] = priority } }

    /// Holds back the next read of a run.
    func hold(_ id: String) { state.withLock { $0.held = id } }

    /// Lets the read that is held back go on.
    func letGo() {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state.gate = nil }
            return state.gate
        }?.resume()
    }

    func reads(of id: String) -> Int { state.withLock { $0.reads[id] ?? 0 } }

    func run(id: String) async throws(StoreError) -> RunRecord? {
        let (priority, isHeld) = state.withLock { state in
            state.reads[id, default: 0] += 1
            defer { if state.held == id { state.held = nil } }
            return (state.priorities[id] ?? 0, state.held == id)
        }
        if isHeld {
            await withCheckedContinuation { continuation in
                state.withLock { $0.gate = continuation }
                stops.yield()
            }
        }
        return RunRecord(
            id: id, projectID: "p", userID: "u", name: id, submittedAt: Timestamp(microseconds: 0), priority: priority,
            spec: [], state: [])
    }

    func job(id: String) async throws(StoreError) -> JobRecord? {
        do {
            let requirements = try WireJSON.encode(Requirements(resources: ResourcesSpec()))
            return JobRecord(
                id: id, runID: id, projectID: "p", name: id, jobNum: 0, replicaNum: 0, submissionNum: 0,
                submittedAt: Timestamp(microseconds: 0), spec: Array(#"{"requirements":"#.utf8) + requirements + [0x7D],
                state: [])
        } catch {
            throw .corrupt("\(error)")
        }
    }

    func commit(_ change: Change) async throws(StoreError) -> [EventRecord] { [] }
    func jobs(runID: String) async throws(StoreError) -> [JobRecord] { [] }
    func latestJobs(runID: String, submissions: Int) async throws(StoreError) -> [JobRecord] { [] }
    func jobTemplates(runID: String) async throws(StoreError) -> [JobTemplate] { [] }
    func unfinishedRunIDs() async throws(StoreError) -> [String] { [] }
    func unfinishedJobIDs() async throws(StoreError) -> [String] { [] }
    func messages(to recipientID: String) async throws(StoreError) -> [MessageRecord] { [] }
    func liveInstances() async throws(StoreError) -> [InstanceRecord] { [] }
    func instance(id: String) async throws(StoreError) -> InstanceRecord? { nil }
    func fleet(id: String) async throws(StoreError) -> FleetRecord? { nil }
    func liveFleets() async throws(StoreError) -> [FleetRecord] { [] }
    func projectKeys(projectID: String) async throws(StoreError) -> SSHKeyPair? { nil }
    func claims() async throws(StoreError) -> [ClaimRecord] { [] }
    func secretValues(projectID: String) async throws(StoreError) -> [String: String] { [:] }
}
