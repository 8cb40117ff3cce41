import Store
import Wire

/// What a world's history comes to: its trace, and what the checks found wrong.
public struct History: Sendable, Equatable {
    public let seed: UInt64
    /// Each broken promise in words; empty where all hold.
    public let violations: [String]
    /// Follows from every event and every execution with their times: equal histories have equal digests.
    public let digest: UInt64
    /// Steps of actors and tasks.
    public let steps: Int
    /// Seconds of virtual time.
    public let virtualSeconds: Double
    public let runCount: Int
    public let submissionCount: Int
    /// One line for each event, for a person who looks into a seed.
    public let lines: [String]

    init(world: World, isAtRest: Bool) {
        let tables = world.database.read { $0 }
        let executions = world.handles.ledger.all
        seed = world.seed
        steps = world.handles.executor.steps
        virtualSeconds = Double(world.handles.executor.now) / 1_000_000
        runCount = tables.runs.count
        submissionCount = tables.jobs.count
        lines = tables.events.map(Self.line)
        var digest = Digest()
        for line in lines { digest.add(line) }
        for execution in executions {
            digest.add("\(execution.submissionID) \(execution.start) \(execution.end?.description ?? "-")")
        }
        self.digest = digest.value
        violations = Promises(
            tables: tables, executions: executions, tasks: world.handles.ledger.allTasks,
            refusals: world.handles.ledger.allRefusals, isAtRest: isAtRest,
            hosts: world.hosts.map { ($0.name, $0.taskIDs) }, runs: world.scenario.runs.map(\.submission),
            updates: world.wishes.all, plan: world.handles.plan,
            lifeStarts: world.lifeStarts, fleets: world.scenario.fleets,
            owners: Dictionary(world.hosts.map { ($0.name, $0.instanceID) }, uniquingKeysWith: { _, last in last }),
            open: world.hosts.filter(\.hasKey).map(\.name),
            log: world.logs.bytes(of:)
        ).broken()
    }

    private static func line(_ event: EventRecord) -> String {
        let draft = event.draft
        let who =
            draft.jobName.map { "\($0)#\(draft.submissionNum ?? 0)" } ?? draft.runName ?? draft.instanceName
            ?? draft.subjectName ?? ""
        return "\(event.seq) \(draft.recordedAt) \(draft.kind.rawValue) \(who) \(draft.message)"
    }
}

/// FNV-1a over text.
private struct Digest {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        value = (value ^ 0xFF) &* 0x100_0000_01B3
    }
}
