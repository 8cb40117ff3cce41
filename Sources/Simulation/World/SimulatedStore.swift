import Store
import Wire

/// One life's handle on the database: it takes time, it fails as a crash makes it fail, and after the life has
/// ended it does nothing any more.
struct SimulatedStore: Store {
    let database: SimulatedDatabase
    let world: WorldHandles
    let life: Int
    let mistake: Mistake?

    func commit(_ change: Change) async throws(StoreError) -> [EventRecord] {
        await pause()
        if world.dice.chance(world.plan.storeFaults, in: 10_000) {
            throw .unavailable("the write failed before it was made")
        }
        if world.disk.refusesCheckpoint() { throw .full(SimulatedDisk.words) }
        let change = mistake?.spoil(change, world.dice) ?? change
        if mistake == .earlyAnswer {
            // The answer comes before the write, which a crash can then undo.
            let executor = world.executor
            Task(executorPreference: executor) {
                guard (try? await executor.sleep(for: world.dice.milliseconds(0...400))) != nil else { return }
                _ = try? database.commit(change, life: life)
            }
            return change.events.map { EventRecord(seq: 0, draft: $0) }
        }
        let events = try database.commit(change, life: life)
        await pause()
        if world.dice.chance(world.plan.storeFaults, in: 10_000) {
            throw .unavailable("the answer of a write was lost")
        }
        return events
    }

    func run(id: String) async throws(StoreError) -> RunRecord? {
        return try await read { $0.runs[id] }
    }

    func jobs(runID: String) async throws(StoreError) -> [JobRecord] {
        return try await read { tables in
            tables.jobs.values.filter { $0.runID == runID }
                .sorted { ($0.replicaNum, $0.jobNum, $0.submissionNum) < ($1.replicaNum, $1.jobNum, $1.submissionNum) }
                .map { mistake?.spoil($0) ?? $0 }
        }
    }

    func latestJobs(runID: String, submissions: Int) async throws(StoreError) -> [JobRecord] {
        let jobs = try await jobs(runID: runID)
        return jobs.filter { job in
            let last = jobs.last { $0.replicaNum == job.replicaNum && $0.jobNum == job.jobNum }
            return job.submissionNum > (last?.submissionNum ?? 0) - submissions
        }
    }

    func jobTemplates(runID: String) async throws(StoreError) -> [JobTemplate] {
        return try await read { $0.templates.filter { $0.runID == runID } }
    }

    func job(id: String) async throws(StoreError) -> JobRecord? {
        return try await read { $0.jobs[id] }
    }

    func unfinishedRunIDs() async throws(StoreError) -> [String] {
        return try await read { tables in
            tables.runs.values.filter { run in
                !run.status.isFinished || tables.messages.values.contains { $0.recipientID == run.id }
            }.map(\.id)
        }
    }

    func unfinishedJobIDs() async throws(StoreError) -> [String] {
        return try await read { tables in
            tables.jobs.values.filter { job in
                !job.status.isFinished || tables.messages.values.contains { $0.recipientID == job.id }
            }.map(\.id)
        }
    }

    func messages(to recipientID: String) async throws(StoreError) -> [MessageRecord] {
        return try await read { $0.messages.values.filter { $0.recipientID == recipientID } }
    }

    func liveInstances() async throws(StoreError) -> [InstanceRecord] {
        return try await read { tables in
            let rows = tables.instances.values.filter { $0.status != "terminated" }
            return mistake?.spoil(rows) ?? rows
        }
    }

    func instance(id: String) async throws(StoreError) -> InstanceRecord? {
        return try await read { $0.instances[id] }
    }

    func claims() async throws(StoreError) -> [ClaimRecord] {
        return try await read { Array($0.claims.values) }
    }

    func fleet(id: String) async throws(StoreError) -> FleetRecord? {
        return try await read { $0.fleets[id] }
    }

    func liveFleets() async throws(StoreError) -> [FleetRecord] {
        return try await read { tables in
            let rows = tables.fleets.values.filter { !$0.isDeleted }
            return mistake?.spoil(rows) ?? rows
        }
    }

    func projectKeys(projectID: String) async throws(StoreError) -> SSHKeyPair? {
        return try await read { _ in SSHKeyPair(privateKey: "project's private key", publicKey: "project's public key")
        }
    }

    /// What `${{ secrets.TOKEN }}` in every job's `env` stands for; see `SimulatedRunner.submit`.
    static let secret = "a value that no row may hold"

    func secretValues(projectID: String) async throws(StoreError) -> [String: String] {
        return try await read { _ in ["TOKEN": Self.secret] }
    }

    /// A read's answer comes a while after it was true, or not at all.
    private func read<Value: Sendable>(
        _ body: (SimulatedDatabase.Tables) -> Value
    ) async throws(StoreError) -> Value {
        await pause()
        if world.dice.chance(world.plan.storeFaults, in: 10_000) { throw .unavailable("a read failed") }
        let value = database.read(body)
        await pause()
        return value
    }

    /// The time that a database takes; a cancelled caller gets its answer at once, as from a real one.
    private func pause() async {
        try? await world.executor.sleep(for: world.dice.milliseconds(0...3))
    }
}
