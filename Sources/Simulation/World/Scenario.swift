import Foundation
import JobActors
import Supervisor
import Wire

/// What the users of a world want and when its faults strike, drawn by the seed.
struct Scenario: Sendable {
    /// A run that a user submits and may end.
    struct UserRun: Sendable {
        var name: String
        var submitAfter: Duration
        var submission: RunSubmission
        var stops: [Stop]
        var updates: [Update]
    }

    /// A change of a run's priority.
    struct Update: Sendable {
        /// Since the submission, or the update before.
        var after: Duration
        var priority: Int
        /// Whether it is made from a deployment that is no more.
        var isOutdated: Bool
        /// Where it changes for how long nobody may be connected.
        var inactivity: InactivityChange?
    }

    struct Stop: Sendable {
        /// Since the submission, or the stop before.
        var after: Duration
        var isAbort: Bool
    }

    struct Fault: Sendable {
        enum Kind: Sendable {
            case kill, shimRestart, hostRestart, runnerDeath, unusedGPU
            case engineRestart(takesContainers: Bool)
            case clockJump(Duration)
        }
        var kind: Kind
        var after: Duration
        var host: Int
    }

    /// A time that the server's disk is full.
    struct FullDisk: Sendable {
        var after: Duration
        var time: Duration
        /// Checkpoints that find room all the same.
        var reserve: Int
    }

    /// Slots of each host.
    var slots: [Int]
    /// Whether a host runs its tasks in containers.
    var haveDocker: [Bool]
    var runs: [UserRun]
    var faults: [Fault]
    /// Time from the start of a life of the server to its crash.
    var crashes: [Duration]
    var fullDisks: [FullDisk]
    /// Hosts of the users', in many worlds none.
    var ownHosts: [UserHost]
    var fleets: [UserFleet]
    var cuts: [Cut]

    init(_ random: inout SeededRandom, plan: FaultPlan) {
        let isCrowded = random.chance(1, in: 3)
        slots = (0..<Int.random(in: 1...2, using: &random)).map { _ in Int.random(in: 1...5, using: &random) }
        runs = []
        for index in 0..<Int.random(in: 1...4, using: &random) { runs.append(Self.run(index, &random)) }
        if isCrowded {
            // Many at once for one slot: here it counts who is placed first.
            slots = [1]
            for index in runs.count..<(runs.count + 3) { runs.append(Self.run(index, &random)) }
            for index in runs.indices { runs[index].submitAfter = random.milliseconds(0...3000) }
        }
        haveDocker = slots.map { _ in random.chance(1, in: 2) }
        crashes = (0..<plan.crashes).map { _ in random.milliseconds(1...30_000) }
        faults = []
        fullDisks = []
        ownHosts = []
        fleets = []
        cuts = []
        // The rounds of a schedule go on for longer than a run does.
        let latest = runs.contains { $0.submission.policy.schedule != nil } ? 400_000 : 40_000
        func add(_ kind: Fault.Kind, _ count: Int) {
            for _ in 0..<count {
                faults.append(
                    Fault(
                        kind: kind, after: random.milliseconds(0...latest), host: Int.random(in: 0...9, using: &random))
                )
            }
        }
        add(.kill, plan.kills)
        add(.shimRestart, plan.shimRestarts)
        add(.hostRestart, plan.hostRestarts)
        add(.runnerDeath, plan.runnerDeaths)
        fullDisks = (0..<plan.fullDisks).map { _ in
            FullDisk(
                after: random.milliseconds(0...30_000), time: random.milliseconds(10...20_000),
                reserve: Int.random(in: 0...40, using: &random))
        }
        add(.unusedGPU, plan.unusedGPUs)
        for _ in 0..<plan.clockJumps {
            let seconds = Int.random(in: -300...300, using: &random)
            add(.clockJump(.seconds(seconds)), 1)
        }
        for _ in 0..<plan.engineRestarts { add(.engineRestart(takesContainers: random.chance(1, in: 2)), 1) }
        if random.chance(1, in: 3) {
            ownHosts = Self.hosts(&random)
            fleets = Self.fleets(ownHosts, &random)
        }
        cuts = (0..<plan.cuts).map { _ in
            let longest = random.chance(1, in: 3) ? 300_000 : 60_000
            return Cut(
                after: random.milliseconds(0...latest), time: random.milliseconds(100...longest),
                host: Int.random(in: 0...9, using: &random))
        }
    }

    private static func run(_ index: Int, _ random: inout SeededRandom) -> UserRun {
        let name = "run-\(index)"
        let nodes = random.chance(1, in: 3) ? Int.random(in: 2...4, using: &random) : 1
        let cluster = nodes > 1 ? self.cluster(of: nodes, &random) : nil
        let events = random.chance(1, in: 2) ? RetryEvent.allCases : []
        var policy = RunPolicy(
            retry: events.isEmpty ? nil : .init(events: events, duration: Int.random(in: 60...3600, using: &random)),
            endsWithMaster: random.chance(1, in: 4))
        let jobPolicy = JobPolicy(
            stopGrace: random.chance(1, in: 8) ? nil : Int.random(in: 1...20, using: &random),
            maxDuration: random.chance(1, in: 6) ? Int.random(in: 1...30, using: &random) : nil, cluster: cluster,
            inactivity: inactivity(&random))
        // More than any host has.
        let memory = random.chance(1, in: 8) ? 64.0 : nil
        // More than one of two blocks has.
        let cpus = random.chance(1, in: 4) ? 3 : nil
        let jobs = (0..<nodes).map { job in
            var script = JobScript(&random)
            // A job that always fails is, by dstack's rules, tried again for ever where errors are retried.
            if !events.isEmpty { script.exitStatus = 0 }
            return RunSubmission.JobDraft(
                jobNum: job, replicaNum: 0, name: "\(name)-\(job)-0", spec: spec(job, nodes, script, memory, cpus),
                policy: jobPolicy)
        }
        if random.chance(1, in: 4) { policy.schedule = schedule(jobs, &random) }
        var stops: [Stop] = []
        if random.chance(2, in: 5) {
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                stops.append(
                    Stop(after: random.milliseconds(0...15_000), isAbort: random.chance(1, in: 2)))
            }
        }
        // A run with a schedule has no end but its user's.
        if policy.schedule != nil {
            stops.append(Stop(after: random.milliseconds(0...500_000), isAbort: random.chance(1, in: 2)))
        }
        var updates: [Update] = []
        if random.chance(1, in: 2) {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                // Some come while the run is still about to stand in the queue.
                let latest = random.chance(1, in: 3) ? 30 : 10_000
                updates.append(
                    Update(
                        after: random.milliseconds(0...latest), priority: Int.random(in: 0...9, using: &random),
                        isOutdated: random.chance(1, in: 8),
                        inactivity: random.chance(1, in: 3) ? InactivityChange(seconds: inactivity(&random)) : nil))
            }
        }
        return UserRun(
            name: name, submitAfter: random.milliseconds(0...20_000),
            submission: RunSubmission(
                projectID: "project", userID: "user", name: name,
                priority: Int.random(in: 0...2, using: &random), spec: [], policy: policy, jobs: jobs),
            stops: stops, updates: updates)
    }

    /// Seconds for which nobody may be connected; nil for any time.
    private static func inactivity(_ random: inout SeededRandom) -> Int? {
        random.chance(1, in: 3) ? Int.random(in: 1...8, using: &random) : nil
    }

    /// Every minute, or two of several.
    private static func schedule(
        _ jobs: [RunSubmission.JobDraft], _ random: inout SeededRandom
    ) -> RunPolicy.SchedulePolicy? {
        let texts = [["* * * * *"], ["*/2 * * * *"], ["*/3 * * * *", "1-59/4 * * * *"]]
        // These expressions are right.
        let cron = texts[Int.random(in: 0..<texts.count, using: &random)].compactMap { try? CronExpression($0) }
        return .init(
            Schedule(cron: cron), jobs: jobs.map { .init(replicaNum: $0.replicaNum, jobNum: $0.jobNum) })
    }

    /// One or two groups, and any order.
    private static func cluster(of nodes: Int, _ random: inout SeededRandom) -> ClusterPolicy {
        let first = random.chance(1, in: 3) ? Int.random(in: 1...nodes, using: &random) : nodes
        let order = StartupOrder.allCases[Int.random(in: 0..<StartupOrder.allCases.count, using: &random)]
        return ClusterPolicy(groupSizes: first == nodes ? [nodes] : [first, nodes - first], startupOrder: order)
    }

    private static func spec(_ jobNum: Int, _ nodes: Int, _ script: JobScript, _ memory: Double?, _ cpus: Int?)
        -> [UInt8]
    {
        var resources = ResourcesSpec()
        if let cpus { resources.cpu = CPUSpec(count: CountRange(min: cpus)) }
        if let memory { resources.memory = MemoryRange(min: Memory(gigabytes: memory)) }
        let spec = JobSpec(
            jobNum: jobNum, jobName: "job-\(jobNum)", jobsPerReplica: nodes, commands: script.commands,
            env: ["TOKEN": "${{ secrets.TOKEN }}"], imageName: "", requirements: Requirements(resources: resources))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // A value of these types always encodes.
        return [UInt8]((try? encoder.encode(spec)) ?? Data())
    }
}
