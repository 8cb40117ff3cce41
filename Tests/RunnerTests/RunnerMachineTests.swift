import Testing

@testable import Runner

/// Every state of the machine against every event: what it does and where it goes.
struct RunnerMachineTests {
    typealias Machine = RunnerMachine

    private static let job = Machine.Job(submission: "one", maxDuration: 60, grace: 10)
    private static let done = Verdict.ended(.exited(0))
    private static let failed = Verdict.notStarted("no user")

    /// Events that lead from the beginning to a state, by its name.
    static let ways: [(name: String, way: [Machine.Event])] = [
        ("waitingForSubmit", []),
        ("waitingForRun", [.submit(job)]),
        ("preparing", [.submit(job), .run]),
        ("preparingStop", [.submit(job), .run, .stop(.ofJob)]),
        ("running", [.submit(job), .run, .started]),
        ("stopping", [.submit(job), .run, .started, .stop(.ofJob)]),
        ("overQuota", [.submit(job), .run, .started, .logQuotaExceeded(bytes: 5)]),
        ("clearing", [.submit(job), .run, .started, .mainExited(.exited(0))]),
        ("draining", [.submit(job), .run, .started, .mainExited(.exited(0)), .treeGone]),
        ("ended", [.submit(job), .run, .started, .mainExited(.exited(0)), .treeGone, .outputDrained]),
    ]

    static let events: [Machine.Event] = [
        .submit(job), .run, .stop(.ofJob), .stop(.seconds(0)), .stop(.seconds(3)), .stop(.unlimited), .started,
        .notStarted(failed), .hangUpDue, .forceDue, .maxDurationDue, .logQuotaExceeded(bytes: 5),
        .logFailed("disk full"), .mainExited(.exited(0)), .mainExited(.killed(signal: 9)), .treeGone, .outputDrained,
        .startDeadlineDue,
    ]

    /// The pairs that cannot come: the machine stays as it is and reports them.
    static func isUnexpected(_ state: String, _ event: Machine.Event) -> Bool {
        switch event {
        case .submit, .run, .stop, .startDeadlineDue: false
        case .started, .notStarted: !state.hasPrefix("preparing")
        case .hangUpDue, .forceDue:
            ["waitingForSubmit", "waitingForRun", "preparing", "preparingStop", "running"].contains(state)
        case .maxDurationDue: ["waitingForSubmit", "waitingForRun", "preparing", "preparingStop"].contains(state)
        case .logQuotaExceeded, .logFailed:
            ["waitingForSubmit", "waitingForRun", "preparing", "preparingStop", "ended"].contains(state)
        case .mainExited: !["running", "stopping", "overQuota"].contains(state)
        case .treeGone: state != "clearing"
        case .outputDrained: state != "draining"
        }
    }

    /// What the other pairs do.
    static let expected: [String: [String: [Machine.Action]]] = table()

    private static func machine(_ way: [Machine.Event]) -> Machine {
        var machine = Machine()
        for event in way { _ = machine.handle(event) }
        return machine
    }

    @Test(arguments: ways.map(\.name))
    func everyEvent_inState(_ state: String) throws {
        let way = try #require(Self.ways.first { $0.name == state }).way
        for event in Self.events {
            var machine = Self.machine(way)
            let before = machine
            let actions = machine.handle(event)
            if Self.isUnexpected(state, event) {
                #expect(actions == [.report("event \(event) in state \(before.state)")], "\(state) × \(event)")
                #expect(machine == before, "\(state) × \(event)")
            } else {
                let wanted = Self.expected[state]?["\(event)"]
                #expect(actions == wanted, "\(state) × \(event)")
            }
        }
    }

    @Test func table_holdsNoMoreThanThePairs() {
        let known = Set(Self.events.map { "\($0)" })
        for (state, row) in Self.expected {
            #expect(Self.ways.contains { $0.name == state })
            #expect(row.keys.allSatisfy { known.contains($0) }, "\(state)")
        }
    }

    @Test func stop_beforeTheStart_endsWithoutProcess() {
        var machine = Self.machine([.submit(Self.job), .stop(.ofJob)])
        #expect(machine.state == .ended(.stopped(.request, nil)))
        #expect(machine.handle(.run) == [.accept])
    }

    @Test func stop_whilePreparing_asksAsSoonAsItRuns() {
        var machine = Self.machine([.submit(Self.job), .run, .stop(.seconds(5)), .stop(.seconds(2))])
        #expect(machine.handle(.started) == [.publishRunning, .interrupt, .startGraceTimers(seconds: 2)])
        #expect(machine.state == .stopping(Self.job, .request))
    }

    @Test func exit_afterStop_isTerminatedWhateverTheStatus() {
        var machine = Self.machine([.submit(Self.job), .run, .started, .stop(.ofJob)])
        _ = machine.handle(.mainExited(.exited(0)))
        #expect(machine.state == .clearing(.stopped(.request, .exited(0))))
    }

    @Test func quota_passedWhileDraining_overrulesTheVerdict() {
        var machine = Self.machine([.submit(Self.job), .run, .started, .mainExited(.exited(0)), .treeGone])
        _ = machine.handle(.logQuotaExceeded(bytes: 5))
        let actions = machine.handle(.outputDrained)
        guard case .publish(let verdict)? = actions.first else {
            Issue.record("no verdict in \(actions)")
            return
        }
        #expect(verdict.reason == .logQuotaExceeded)
        #expect(verdict.exitStatus == 0)
    }

    @Test func signals_haveNames() {
        #expect(SignalName.of(9) == "SIGKILL")
        #expect(SignalName.of(34) == "SIG34")
        #expect(ExitStatus(waitStatus: 0x300) == .exited(3))
        #expect(ExitStatus(waitStatus: 11) == .killed(signal: 11))
        #expect(ExitStatus.killed(signal: 15).code == 143)
    }
}
