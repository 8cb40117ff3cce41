import Foundation
import Testing
import Wire

@testable import JobActors

/// Every phase × every event of a run: the phase that follows.
@Suite struct RunMachineTableTests {
    static let start = Timestamp(microseconds: 1_000_000_000)
    static let waiting = RunPhase.waiting(until: start.advanced(by: .seconds(15)))
    static let scheduled = RunPhase.scheduled(at: start.advanced(by: .seconds(60)))
    static let phases: [RunPhase] = [
        .active, waiting, .terminating(.stoppedByUser), .finished(.jobFailed), scheduled,
    ]

    /// A run of one job in a phase, reached as a run reaches it.
    static func machine(_ phase: RunPhase) -> RunMachine {
        if case .scheduled(let moment) = phase {
            let places = [RunPolicy.JobPlace(replicaNum: 0, jobNum: 0)]
            let cron = ["* * * * *"].compactMap { try? CronExpression($0) }
            return RunMachine(
                policy: RunPolicy(schedule: .init(Schedule(cron: cron), jobs: places)), submittedAt: start,
                firstStart: moment)
        }
        var machine = RunMachine(
            policy: RunPolicy(retry: .init(events: [.error], duration: 3600)), submittedAt: start,
            jobs: [JobTrack(replicaNum: 0, jobNum: 0, jobID: "a", changedAt: start)])
        func send(_ event: RunEvent) { _ = machine.handle(event, at: start) { "new" } }
        switch phase {
        case .active, .scheduled: break
        case .waiting: send(failed)
        case .terminating: send(.stop(RunStop(isAbort: false)))
        case .finished:
            send(.jobChanged(JobUpdate(jobID: "a", status: .terminated, reason: .maxDurationExceeded, at: start)))
        }
        return machine
    }

    static let failed = RunEvent.jobChanged(
        JobUpdate(jobID: "a", status: .failed, reason: .containerExitedWithError, at: start))

    static func update(over deployment: Int = 0) -> RunUpdate {
        RunUpdate(
            eventID: "e", deployment: deployment, spec: "{}", priority: 7,
            changedFields: ["configuration.priority"], userID: "u")
    }

    /// For each event, the phases that follow those of `phases`.
    static let table: [(name: String, event: RunEvent, next: [RunPhase])] = [
        (
            "a job runs", .jobChanged(JobUpdate(jobID: "a", status: .running, at: start)),
            [.active, waiting, .terminating(.stoppedByUser), .finished(.jobFailed), scheduled]
        ),
        ("a job fails", failed, [waiting, waiting, .finished(.stoppedByUser), .finished(.jobFailed), scheduled]),
        (
            "stop", .stop(RunStop(isAbort: false)),
            [
                .terminating(.stoppedByUser), .finished(.stoppedByUser), .terminating(.stoppedByUser),
                .finished(.jobFailed), .finished(.stoppedByUser),
            ]
        ),
        (
            "abort", .stop(RunStop(isAbort: true)),
            [
                .terminating(.abortedByUser), .finished(.abortedByUser), .terminating(.abortedByUser),
                .finished(.jobFailed), .finished(.abortedByUser),
            ]
        ),
        ("retry due", .retryDue, [.active, .active, .terminating(.stoppedByUser), .finished(.jobFailed), scheduled]),
        ("start due", .startDue, [.active, waiting, .terminating(.stoppedByUser), .finished(.jobFailed), .active]),
        ("update", .update(update()), phases),
        ("outdated update", .update(update(over: 3)), phases),
    ]

    @Test func handle_leadsWhereTheTableSays_forEveryPair() {
        for (name, event, next) in Self.table {
            #expect(next.count == Self.phases.count)
            for (phase, expected) in zip(Self.phases, next) {
                var machine = Self.machine(phase)
                #expect(machine.phase == phase)
                _ = machine.handle(event, at: Self.start) { "new" }
                #expect(machine.phase == expected, "\(phase) × \(name)")
            }
        }
    }

    @Test(arguments: phases)
    func update_isTaken_whereTheRunLives_andRefused_whereItHasEnded(_ phase: RunPhase) {
        var machine = Self.machine(phase)
        let outcome = machine.handle(.update(Self.update()), at: Self.start) { "new" }
        if case .finished = phase {
            #expect(outcome.updates == [UpdateVerdict(update: Self.update(), refusal: .finished)])
            #expect(!outcome.isChanged && machine.deployment == 0)
        } else {
            #expect(outcome.updates == [UpdateVerdict(update: Self.update())])
            #expect(outcome.isChanged && machine.deployment == 1)
        }
        #expect(outcome.stops.isEmpty && outcome.submissions.isEmpty)
    }

    @Test func update_overAnotherDeployment_isOutdated() {
        var machine = Self.machine(.active)
        _ = machine.handle(.update(Self.update()), at: Self.start) { "new" }
        let outcome = machine.handle(.update(Self.update()), at: Self.start) { "new" }
        #expect(outcome.updates.map(\.refusal) == [.outdated])
        #expect(!outcome.isChanged && machine.deployment == 1)
    }

    @Test func state_ofARowWithoutDeployments_isRead() throws {
        var text = try #require(String(bytes: try JSONEncoder().encode(Self.machine(.active)), encoding: .utf8))
        text = text.replacingOccurrences(of: #","deployment":0"#, with: "")
        text = text.replacingOccurrences(of: #""deployment":0,"#, with: "")
        #expect(!text.contains("deployment"))
        #expect(try JSONDecoder().decode(RunMachine.self, from: Data(text.utf8)) == Self.machine(.active))
    }
}
