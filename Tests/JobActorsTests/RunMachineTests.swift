import Testing
import Wire

@testable import JobActors

@Suite struct RunMachineTests {
    static let start = Timestamp(microseconds: 1_000_000_000)

    /// A run of jobs `a0`, `a1`, …; new submissions are called `new1`, `new2`, …
    private struct Bench {
        var machine: RunMachine
        var ids = 0

        init(nodes: Int = 1, retry: [RetryEvent] = [], duration: Int = 3600, endsWithMaster: Bool = false) {
            machine = RunMachine(
                policy: RunPolicy(
                    retry: retry.isEmpty ? nil : .init(events: retry, duration: duration),
                    endsWithMaster: endsWithMaster),
                submittedAt: start,
                jobs: (0..<nodes).map { JobTrack(replicaNum: 0, jobNum: $0, jobID: "a\($0)", changedAt: start) })
        }

        mutating func job(_ id: String, _ status: JobStatus, _ reason: JobTerminationReason? = nil, after: Int = 0)
            -> RunOutcome
        {
            let at = start.advanced(by: .seconds(after))
            return send(.jobChanged(JobUpdate(jobID: id, status: status, reason: reason, at: at)), after: after)
        }

        mutating func send(_ event: RunEvent, after: Int = 0) -> RunOutcome {
            var count = ids
            defer { ids = count }
            return machine.handle(event, at: start.advanced(by: .seconds(after))) {
                count += 1
                return "new\(count)"
            }
        }
    }

    @Test func jobDone_finishesTheRun() {
        var bench = Bench()
        _ = bench.job("a0", .provisioning)
        #expect(bench.machine.status == .provisioning)
        _ = bench.job("a0", .running)
        #expect(bench.machine.status == .running)
        _ = bench.job("a0", .terminating, .doneByRunner)
        #expect(bench.machine.status == .running)
        _ = bench.job("a0", .done, .doneByRunner)
        #expect(bench.machine.phase == .finished(.allJobsDone))
        #expect(bench.machine.status == .done)
    }

    @Test(arguments: JobTerminationReason.allCases)
    func jobEnd_withoutRetry_failsTheRun_unlessDoneOrScaledDown(_ reason: JobTerminationReason) {
        var bench = Bench()
        _ = bench.job("a0", reason.status, reason)
        let isFine = reason == .doneByRunner || reason == .scaledDown
        #expect(bench.machine.phase == .finished(isFine ? .allJobsDone : .jobFailed))
    }

    @Test(arguments: JobTerminationReason.allCases)
    func jobEnd_withRetryOfEverything_waitsForTheNextAttempt_whereTheReasonIsRetried(
        _ reason: JobTerminationReason
    ) {
        var bench = Bench(retry: RetryEvent.allCases)
        _ = bench.job("a0", reason.status, reason, after: 5)
        if reason.retryEvent != nil {
            #expect(bench.machine.phase == .waiting(until: Self.start.advanced(by: .seconds(20))))
            #expect(bench.machine.status == .pending)
        } else {
            #expect(bench.machine.status.isFinished)
        }
    }

    @Test func retryDue_submitsAgain_andCountsSubmissions() {
        var bench = Bench(retry: [.error])
        _ = bench.job("a0", .running)
        _ = bench.job("a0", .failed, .containerExitedWithError, after: 5)
        let outcome = bench.send(.retryDue, after: 20)
        #expect(outcome.submissions == [.init(replicaNum: 0, jobNum: 0, submissionNum: 1, jobID: "new1")])
        #expect(bench.machine.status == .submitted)
        _ = bench.job("a0", .failed, .containerExitedWithError, after: 21)
        #expect(bench.machine.status == .submitted, "the old submission no longer counts")
    }

    @Test func waits_growAsInDstack_andStartAnew_onceAnInstanceWasHad() {
        var bench = Bench(retry: [.noCapacity], duration: 100_000)
        var now = 0
        var id = "a0"
        for expected in [15, 30, 60, 120, 300, 600, 600] {
            _ = bench.job(id, .failed, .failedToStartDueToNoCapacity, after: now)
            #expect(bench.machine.phase == .waiting(until: Self.start.advanced(by: .seconds(now + expected))))
            now += expected
            id = bench.send(.retryDue, after: now).submissions[0].jobID
        }
        _ = bench.job(id, .provisioning, after: now)
        #expect(bench.machine.attempt == 0)
    }

    @Test func noCapacity_pastTheDuration_endsWithRetryLimitExceeded() {
        var bench = Bench(retry: [.noCapacity], duration: 60)
        _ = bench.job("a0", .failed, .failedToStartDueToNoCapacity, after: 61)
        #expect(bench.machine.phase == .finished(.retryLimitExceeded))
    }

    @Test func nodeFails_othersAreStopped_andTheRunFails() {
        var bench = Bench(nodes: 3)
        for id in ["a0", "a1", "a2"] { _ = bench.job(id, .running) }
        let outcome = bench.job("a1", .failed, .containerExitedWithError)
        #expect(outcome.stops.map(\.jobID) == ["a0", "a2"])
        #expect(outcome.stops.allSatisfy { $0.stop.reason == .terminatedByServer && !$0.stop.isAbort })
        #expect(bench.machine.status == .terminating)
        _ = bench.job("a0", .terminated, .terminatedByServer)
        _ = bench.job("a2", .terminated, .terminatedByServer)
        #expect(bench.machine.phase == .finished(.jobFailed))
    }

    @Test func allNodesFailAtOnce_noneIsToldToEnd() {
        var bench = Bench(nodes: 2)
        let events = ["a0", "a1"].map { id in
            RunEvent.jobChanged(
                JobUpdate(jobID: id, status: .failed, reason: .failedToStartDueToNoCapacity, at: Self.start))
        }
        let outcome = bench.machine.handle(events, at: Self.start) { "new" }
        #expect(outcome.stops.isEmpty)
        #expect(bench.machine.phase == .finished(.jobFailed))
    }

    @Test func nodeFails_withRetry_allNodesAreSubmittedAgain() {
        var bench = Bench(nodes: 2, retry: [.error])
        for id in ["a0", "a1"] { _ = bench.job(id, .running) }
        let outcome = bench.job("a1", .failed, .containerExitedWithError, after: 1)
        #expect(outcome.stops.map(\.jobID) == ["a0"])
        _ = bench.job("a0", .terminated, .terminatedByServer, after: 3)
        #expect(bench.machine.phase == .waiting(until: Self.start.advanced(by: .seconds(18))))
        #expect(bench.send(.retryDue, after: 18).submissions.map(\.jobNum) == [0, 1])
    }

    @Test func master_done_endsTheRun_whereThePolicySaysSo() {
        var bench = Bench(nodes: 2, endsWithMaster: true)
        for id in ["a0", "a1"] { _ = bench.job(id, .running) }
        let outcome = bench.job("a0", .done, .doneByRunner)
        #expect(outcome.stops == [.init(jobID: "a1", stop: JobStop(reason: .doneByRunner))])
        _ = bench.job("a1", .done, .doneByRunner)
        #expect(bench.machine.phase == .finished(.allJobsDone))
    }

    @Test func stop_thenAbort_tellsTheJobsTwice_andKeepsTheAbort() {
        var bench = Bench(nodes: 2)
        for id in ["a0", "a1"] { _ = bench.job(id, .running) }
        let stop = bench.send(.stop(RunStop(isAbort: false)))
        #expect(stop.stops.map(\.stop.isAbort) == [false, false])
        #expect(!bench.send(.stop(RunStop(isAbort: false))).isChanged)
        let abort = bench.send(.stop(RunStop(isAbort: true)))
        #expect(abort.stops.map(\.stop.reason) == [.abortedByUser, .abortedByUser])
        #expect(!bench.send(.stop(RunStop(isAbort: true))).isChanged)
        for id in ["a0", "a1"] { _ = bench.job(id, .aborted, .abortedByUser) }
        #expect(bench.machine.phase == .finished(.abortedByUser))
        #expect(bench.machine.status == .terminated)
    }

    @Test func stop_whileWaiting_finishesAtOnce() {
        var bench = Bench(retry: [.error])
        _ = bench.job("a0", .failed, .containerExitedWithError)
        _ = bench.send(.stop(RunStop(isAbort: false)))
        #expect(bench.machine.phase == .finished(.stoppedByUser))
    }

    @Test func finished_changesNoMore() {
        var bench = Bench()
        _ = bench.job("a0", .done, .doneByRunner)
        let finished = bench.machine.phase
        for event in [RunEvent.stop(RunStop(isAbort: true)), .stop(RunStop(isAbort: false)), .retryDue] {
            #expect(!bench.send(event).isChanged)
            #expect(bench.machine.phase == finished)
        }
    }
}
