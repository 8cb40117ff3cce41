import Foundation
import Testing
import Wire

@testable import JobActors

/// Every state × every event: what it leads to. A pair that is not listed as allowed must fail the job by name.
@Suite struct JobMachineTableTests {
    static let now = Timestamp(microseconds: 1_000_000_000)
    static let runner = RunnerAddress(host: "127.0.0.9", port: 10999)
    static let nodes = ClusterNodes(addresses: ["127.0.0.9", "127.0.0.10"], gpus: [0, 0], groupSizes: [2])
    static let cut = JobEnding(reason: .terminatedByUser, log: .cut)

    /// A state with a name for the table.
    struct Named: Sendable, CustomTestStringConvertible {
        let name: String
        let state: JobState
        /// Whether the job is one of several nodes.
        var isNode = false
        /// Whether it ends where nobody is connected.
        var isWatched = false
        var policy: JobPolicy {
            JobPolicy(
                maxDuration: 60, cluster: isNode ? ClusterPolicy(groupSizes: [2]) : nil,
                inactivity: isWatched ? 30 : nil)
        }
        var testDescription: String { name }
    }

    static let states: [Named] = [
        Named(name: "submitted", state: .submitted),
        Named(name: "provisioning", state: .provisioning(.init(instanceID: "i", deadline: now))),
        Named(name: "pulling", state: .pulling(.init(instanceID: "i"))),
        Named(name: "pulling lost", state: .pulling(.init(instanceID: "i", lostSince: now))),
        Named(name: "starting", state: .pulling(.init(instanceID: "i", runner: runner))),
        Named(name: "gathering", state: .pulling(.init(instanceID: "i", runner: runner)), isNode: true),
        Named(
            name: "starting node", state: .pulling(.init(instanceID: "i", runner: runner, nodes: nodes)),
            isNode: true),
        Named(name: "running", state: .running(.init(instanceID: "i", runner: runner, startedAt: now))),
        Named(
            name: "running lost",
            state: .running(.init(instanceID: "i", runner: runner, startedAt: now, lostSince: now))),
        Named(
            name: "attended",
            state: .running(
                .init(
                    instanceID: "i", runner: runner, startedAt: now,
                    inactivity: .waits(until: now.advanced(by: .seconds(30))))),
            isWatched: true),
        Named(
            name: "asking",
            state: .running(.init(instanceID: "i", runner: runner, startedAt: now, inactivity: .asks)),
            isWatched: true),
        Named(
            name: "stopping",
            state: .terminating(
                .init(instanceID: "i", ending: cut, phase: .stopping(runner: runner, deadline: now)))),
        Named(
            name: "stopping for ever",
            state: .terminating(
                .init(instanceID: "i", ending: cut, phase: .stopping(runner: runner, deadline: nil)))),
        Named(
            name: "stopping for ever lost",
            state: .terminating(
                .init(
                    instanceID: "i", ending: cut, phase: .stopping(runner: runner, deadline: nil), lostSince: now))),
        Named(
            name: "ending",
            state: .terminating(
                .init(instanceID: "i", ending: cut, phase: .ending(deadline: now.advanced(by: .seconds(120)))))),
        Named(name: "finished", state: .finished(.init(reason: .doneByRunner, exitStatus: 0, log: .whole))),
    ]

    /// An event with a name for the table.
    struct NamedEvent: Sendable, CustomTestStringConvertible {
        let name: String
        let event: JobEvent
        var testDescription: String { name }
    }

    static let events: [NamedEvent] = [
        NamedEvent(name: "granted", event: .granted(instanceID: "i")),
        NamedEvent(name: "waits", event: .waits("for a slot")),
        NamedEvent(name: "no capacity", event: .noCapacity("none")),
        NamedEvent(name: "task creating", event: .task(ShimTask(id: "j", status: .creating))),
        NamedEvent(
            name: "task running",
            event: .task(ShimTask(id: "j", status: .running, address: "127.0.0.9", runnerPort: 10999))),
        NamedEvent(name: "task running nowhere", event: .task(ShimTask(id: "j", status: .running))),
        NamedEvent(
            name: "task terminated",
            event: .task(ShimTask(id: "j", status: .terminated, terminationReason: "executor_error"))),
        NamedEvent(name: "task refused", event: .taskRefused("no")),
        NamedEvent(name: "task missing", event: .taskMissing),
        NamedEvent(name: "host lost", event: .host(.lost)),
        NamedEvent(name: "host back", event: .host(.back)),
        NamedEvent(name: "cluster ready", event: .clusterReady(nodes)),
        NamedEvent(
            name: "runner started", event: .runnerStarted(RunnerJobInfo(workingDir: "/", username: "root"))),
        NamedEvent(name: "runner refused", event: .runnerRefused("no")),
        NamedEvent(name: "runner running", event: .runnerState(RunnerState(timestamp: 0, state: .running))),
        NamedEvent(
            name: "runner done", event: .runnerState(RunnerState(timestamp: 0, state: .done, exitStatus: 0))),
        NamedEvent(
            name: "runner failed",
            event: .runnerState(
                RunnerState(
                    timestamp: 0, state: .failed, terminationReason: "container_exited_with_error", exitStatus: 3))),
        NamedEvent(name: "runner lost", event: .runner(.lost)),
        NamedEvent(name: "runner back", event: .runner(.back)),
        NamedEvent(name: "stop", event: .stop(JobStop(reason: .terminatedByUser))),
        NamedEvent(name: "abort", event: .stop(JobStop(reason: .abortedByUser, isAbort: true))),
        NamedEvent(name: "alone for long", event: .unconnected(seconds: 30)),
        NamedEvent(name: "alone for a while", event: .unconnected(seconds: 29)),
        NamedEvent(name: "alone for nobody knows", event: .unconnected(seconds: nil)),
        NamedEvent(name: "inactivity changed", event: .inactivityChanged(60)),
        NamedEvent(name: "deadline inactivity", event: .deadline(.inactivity)),
        NamedEvent(name: "deadline provisioning", event: .deadline(.provisioning)),
        NamedEvent(name: "deadline maxDuration", event: .deadline(.maxDuration)),
        NamedEvent(name: "deadline unreachable", event: .deadline(.unreachable)),
        NamedEvent(name: "deadline stop", event: .deadline(.stop)),
        NamedEvent(name: "deadline ending", event: .deadline(.ending)),
        NamedEvent(name: "task ended", event: .taskEnded),
        NamedEvent(name: "log failed", event: .logFailed("disk")),
    ]

    /// For each state the events it knows, and where they lead: `=` stays, otherwise the next state and, where it
    /// is decided, the reason. Everything else must be refused.
    static let table: [String: [String: String]] = [
        "submitted": [
            "inactivity changed": "submitted",
            "granted": "provisioning", "waits": "submitted",
            "no capacity": "failed failed_to_start_due_to_no_capacity", "stop": "terminated terminated_by_user",
            "abort": "aborted aborted_by_user",
        ],
        "provisioning": [
            "inactivity changed": "provisioning",
            "task creating": "pulling", "task running": "pulling", "task running nowhere": "terminating executor_error",
            "task terminated": "terminating executor_error", "task refused": "terminating creating_container_error",
            "task missing": "=", "host lost": "=", "host back": "=", "stop": "terminating terminated_by_user",
            "abort": "terminating aborted_by_user",
            "deadline provisioning": "terminating waiting_runner_limit_exceeded",
        ],
        "pulling": [
            "inactivity changed": "pulling",
            "task creating": "=", "task running": "pulling", "task running nowhere": "terminating executor_error",
            "task terminated": "terminating executor_error", "task missing": "terminating executor_error",
            "host lost": "pulling", "host back": "=", "runner refused": "terminating executor_error",
            "stop": "terminating terminated_by_user", "abort": "terminating aborted_by_user",
            "deadline unreachable": "terminating instance_unreachable",
        ],
        "pulling lost": [
            "inactivity changed": "pulling",
            "task creating": "pulling", "task running": "pulling", "task running nowhere": "terminating executor_error",
            "task terminated": "terminating executor_error", "task missing": "terminating executor_error",
            "host lost": "=", "host back": "pulling", "runner refused": "terminating executor_error",
            "stop": "terminating terminated_by_user", "abort": "terminating aborted_by_user",
            "deadline unreachable": "terminating instance_unreachable",
        ],
        "starting": [
            "inactivity changed": "pulling",
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating executor_error", "task missing": "terminating executor_error",
            "host lost": "pulling", "host back": "=", "runner started": "running",
            "runner refused": "terminating executor_error", "stop": "terminating terminated_by_user",
            "abort": "terminating aborted_by_user", "deadline unreachable": "terminating instance_unreachable",
        ],
        "gathering": [
            "inactivity changed": "pulling",
            "waits": "pulling", "cluster ready": "pulling",
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating executor_error", "task missing": "terminating executor_error",
            "host lost": "pulling", "host back": "=", "runner refused": "terminating executor_error",
            "stop": "terminating terminated_by_user", "abort": "terminating aborted_by_user",
            "deadline unreachable": "terminating instance_unreachable",
        ],
        "starting node": [
            "inactivity changed": "pulling",
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating executor_error", "task missing": "terminating executor_error",
            "host lost": "pulling", "host back": "=", "runner started": "running",
            "runner refused": "terminating executor_error", "stop": "terminating terminated_by_user",
            "abort": "terminating aborted_by_user", "deadline unreachable": "terminating instance_unreachable",
        ],
        "running": [
            "inactivity changed": "running",
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating executor_error", "task missing": "terminating executor_error",
            "host lost": "=", "host back": "=", "runner running": "=", "runner done": "terminating done_by_runner",
            "runner failed": "terminating container_exited_with_error", "runner lost": "running",
            "runner back": "=", "stop": "terminating terminated_by_user", "abort": "terminating aborted_by_user",
            "deadline maxDuration": "terminating max_duration_exceeded",
            "deadline unreachable": "terminating instance_unreachable",
            "log failed": "terminating terminated_by_server",
        ],
        "running lost": [
            "inactivity changed": "running",
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating executor_error", "task missing": "terminating executor_error",
            "host lost": "=", "host back": "=", "runner running": "=", "runner done": "terminating done_by_runner",
            "runner failed": "terminating container_exited_with_error", "runner lost": "=",
            "runner back": "running", "stop": "terminating terminated_by_user",
            "abort": "terminating aborted_by_user", "deadline maxDuration": "terminating max_duration_exceeded",
            "deadline unreachable": "terminating instance_unreachable",
            "log failed": "terminating terminated_by_server",
        ],
        "attended": [
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating executor_error", "task missing": "terminating executor_error",
            "host lost": "=", "host back": "=", "runner running": "=", "runner done": "terminating done_by_runner",
            "runner failed": "terminating container_exited_with_error", "runner lost": "running",
            "runner back": "=", "stop": "terminating terminated_by_user", "abort": "terminating aborted_by_user",
            "deadline maxDuration": "terminating max_duration_exceeded",
            "deadline unreachable": "terminating instance_unreachable",
            "log failed": "terminating terminated_by_server",
            "deadline inactivity": "running", "inactivity changed": "running",
        ],
        "asking": [
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating executor_error", "task missing": "terminating executor_error",
            "host lost": "=", "host back": "=", "runner running": "=", "runner done": "terminating done_by_runner",
            "runner failed": "terminating container_exited_with_error", "runner lost": "running",
            "runner back": "=", "stop": "terminating terminated_by_user", "abort": "terminating aborted_by_user",
            "deadline maxDuration": "terminating max_duration_exceeded",
            "deadline unreachable": "terminating instance_unreachable",
            "log failed": "terminating terminated_by_server",
            "alone for long": "terminating inactivity_duration_exceeded", "alone for a while": "running",
            "alone for nobody knows": "running", "inactivity changed": "running",
        ],
        "stopping": [
            "inactivity changed": "terminating terminated_by_user",
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating terminated_by_user", "task missing": "terminating terminated_by_user",
            "host lost": "=", "host back": "=", "runner refused": "terminating terminated_by_user",
            "runner running": "=", "runner done": "terminating terminated_by_user",
            "runner failed": "terminating terminated_by_user", "runner lost": "=", "runner back": "=", "stop": "=",
            "abort": "terminating aborted_by_user", "deadline stop": "terminating terminated_by_user",
            "log failed": "terminating terminated_by_user",
        ],
        "stopping for ever": [
            "inactivity changed": "terminating terminated_by_user",
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating terminated_by_user", "task missing": "terminating terminated_by_user",
            "host lost": "=", "host back": "=", "runner refused": "terminating terminated_by_user",
            "runner running": "=", "runner done": "terminating terminated_by_user",
            "runner failed": "terminating terminated_by_user", "runner lost": "terminating terminated_by_user",
            "runner back": "=", "stop": "=", "abort": "terminating aborted_by_user",
            "deadline stop": "terminating terminated_by_user",
            "deadline unreachable": "terminating terminated_by_user", "log failed": "terminating terminated_by_user",
        ],
        "stopping for ever lost": [
            "inactivity changed": "terminating terminated_by_user",
            "task creating": "=", "task running": "=", "task running nowhere": "=",
            "task terminated": "terminating terminated_by_user", "task missing": "terminating terminated_by_user",
            "host lost": "=", "host back": "=", "runner refused": "terminating terminated_by_user",
            "runner running": "=", "runner done": "terminating terminated_by_user",
            "runner failed": "terminating terminated_by_user", "runner lost": "=",
            "runner back": "terminating terminated_by_user", "stop": "=", "abort": "terminating aborted_by_user",
            "deadline stop": "terminating terminated_by_user",
            "deadline unreachable": "terminating terminated_by_user", "log failed": "terminating terminated_by_user",
        ],
        "ending": [
            "inactivity changed": "terminating terminated_by_user",
            "stop": "=", "abort": "terminating terminated_by_user", "task ended": "terminated terminated_by_user",
            "deadline ending": "terminated terminated_by_user",
        ],
        "finished": Dictionary(uniqueKeysWithValues: events.map { ($0.name, "=") }),
    ]

    @Test(arguments: states, events)
    func handle(_ named: Named, _ event: NamedEvent) throws {
        var machine = JobMachine(policy: named.policy, state: named.state)
        let reaction = machine.handle(event.event, at: Self.now)
        let expected = try #require(Self.table[named.name])[event.name]
        switch expected {
        case nil:
            let ending = try #require(machine.state.ending)
            #expect(ending.reason == .terminatedByServer)
            #expect(ending.message?.contains("impossible event") == true)
        case "=":
            #expect(reaction == .stay)
            #expect(machine.state == named.state)
        case .some(let text):
            #expect(reaction != .stay)
            let reason = machine.state.ending.map { " " + $0.reason.rawValue } ?? ""
            #expect(machine.state.status.rawValue + reason == text)
        }
    }

    @Test(arguments: states)
    func owed_isTheSameAfterRehydration(_ named: Named) throws {
        let machine = JobMachine(policy: named.policy, state: named.state)
        let stored = try JSON.encode(machine)
        let rehydrated = try JSONDecoder().decode(JobMachine.self, from: Data(stored))
        #expect(rehydrated == machine)
        #expect(rehydrated.owed == machine.owed)
        #expect(try JSON.encode(rehydrated) == stored)
    }

    @Test func log_isWhole_onlyWhenTheRunnerToldTheEnd() {
        for event in Self.events {
            var machine = JobMachine(
                policy: JobPolicy(),
                state: .running(.init(instanceID: "i", runner: Self.runner, startedAt: Self.now)))
            _ = machine.handle(event.event, at: Self.now)
            guard let ending = machine.state.ending, ending.reason != .terminatedByServer else { continue }
            let isTold = event.name == "runner done" || event.name == "runner failed"
            #expect(ending.log == (isTold ? .whole : .cut), "\(event.name)")
        }
    }

    @Test func waits_isToldOnce_andOwesTheSlotAsBefore() {
        var machine = JobMachine(policy: JobPolicy())
        let owed = machine.owed
        #expect(machine.handle(.waits("all are taken"), at: Self.now) == .changed(note: "all are taken"))
        #expect(machine.handle(.waits("all are taken"), at: Self.now) == .stay)
        #expect(machine.owed == owed)
        _ = machine.handle(.granted(instanceID: "i"), at: Self.now)
        #expect(machine.waitsFor == nil)
    }

    @Test func stop_whenGraceIsUnlimited_endsWithARunnerThatIsGone() {
        var machine = JobMachine(
            policy: JobPolicy(stopGrace: nil),
            state: .running(.init(instanceID: "i", runner: Self.runner, startedAt: Self.now, lostSince: Self.now)))
        let limit = Self.now.advanced(by: .seconds(machine.policy.unreachableTimeout))
        _ = machine.handle(.stop(JobStop(reason: .terminatedByUser)), at: Self.now)
        #expect(machine.owed.contains(.deadline(.unreachable, at: limit)))
        _ = machine.handle(.runner(.back), at: Self.now)
        #expect(!machine.owed.contains { if case .deadline = $0 { true } else { false } })
        _ = machine.handle(.runner(.lost), at: Self.now)
        _ = machine.handle(.deadline(.unreachable), at: limit)
        #expect(machine.owed.contains { if case .endTask = $0 { true } else { false } })
    }

    @Test func stop_whenGraceIsUnlimited_hasNoDeadline() {
        var machine = JobMachine(
            policy: JobPolicy(stopGrace: nil),
            state: .running(.init(instanceID: "i", runner: Self.runner, startedAt: Self.now)))
        _ = machine.handle(.stop(JobStop(reason: .terminatedByUser)), at: Self.now)
        #expect(!machine.owed.contains { if case .deadline = $0 { true } else { false } })
    }

    @Test func inactivity_isAskedAgainWhenItMayBeSoFirst() {
        let policy = JobPolicy(inactivity: 30)
        var machine = JobMachine(
            policy: policy, state: .running(.init(instanceID: "i", runner: Self.runner, startedAt: Self.now)))
        _ = machine.handle(.inactivityChanged(30), at: Self.now)
        #expect(machine.owed.contains(.askActivity(instanceID: "i", Self.runner)))
        _ = machine.handle(.unconnected(seconds: 12), at: Self.now)
        #expect(machine.owed.contains(.deadline(.inactivity, at: Self.now.advanced(by: .seconds(18)))))
        _ = machine.handle(.inactivityChanged(nil), at: Self.now)
        #expect(!machine.owed.contains { if case .deadline = $0 { true } else { false } })
    }

    /// What comes next does not wait for a host that is away, nor for one whose Docker Engine hangs.
    @Test(arguments: [
        (JobEvent.deadline(.unreachable), 30), (.taskMissing, 120),
        (.stop(.init(reason: .abortedByUser, isAbort: true)), 10),
    ]) func end_isWaitedFor_asLongAsItMayHelp(event: JobEvent, seconds: Int) throws {
        var machine = JobMachine(
            policy: JobPolicy(),
            state: .running(.init(instanceID: "i", runner: Self.runner, startedAt: Self.now, lostSince: Self.now)))
        _ = machine.handle(event, at: Self.now)
        #expect(machine.owed.contains(.deadline(.ending, at: Self.now.advanced(by: .seconds(seconds)))))
    }

    @Test func unreachable_whenSpot_isAnInterruption() {
        var machine = JobMachine(
            policy: JobPolicy(isSpot: true),
            state: .running(.init(instanceID: "i", runner: Self.runner, startedAt: Self.now, lostSince: Self.now)))
        _ = machine.handle(.deadline(.unreachable), at: Self.now)
        #expect(machine.state.ending?.reason == .interruptedByNoCapacity)
    }
}
