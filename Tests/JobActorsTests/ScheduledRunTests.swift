import Foundation
import Testing
import Wire

@testable import JobActors

/// The life of a run with a schedule of every tenth minute; new submissions are called `new1`, `new2`, …
@Suite struct ScheduledRunTests {
    static let start = Timestamp(microseconds: 0)
    static let first = start.advanced(by: .seconds(600))
    static let second = start.advanced(by: .seconds(1200))

    private struct Bench {
        var machine: RunMachine
        var ids = 0

        init(nodes: Int = 1, retry: [RetryEvent] = [], duration: Int = 3600, endsWithMaster: Bool = false) throws {
            let places = (0..<nodes).map { RunPolicy.JobPlace(replicaNum: 0, jobNum: $0) }
            machine = RunMachine(
                policy: RunPolicy(
                    retry: retry.isEmpty ? nil : .init(events: retry, duration: duration),
                    endsWithMaster: endsWithMaster,
                    schedule: .init(Schedule(cron: [try CronExpression("*/10 * * * *")]), jobs: places)),
                submittedAt: start, firstStart: first)
        }

        mutating func send(_ event: RunEvent, at second: Int) -> RunOutcome {
            var count = ids
            defer { ids = count }
            return machine.handle(event, at: start.advanced(by: .seconds(second))) {
                count += 1
                return "new\(count)"
            }
        }

        mutating func job(_ id: String, _ status: JobStatus, _ reason: JobTerminationReason? = nil, at second: Int)
            -> RunOutcome
        {
            let at = start.advanced(by: .seconds(second))
            return send(.jobChanged(JobUpdate(jobID: id, status: status, reason: reason, at: at)), at: second)
        }
    }

    @Test func waits_untilItsMoment_thenSubmitsItsJobs() throws {
        var bench = try Bench(nodes: 2)
        #expect(bench.machine.status == .pending && bench.machine.nextStart == Self.first)
        #expect(bench.machine.jobs.isEmpty)
        let outcome = bench.send(.startDue, at: 601)
        #expect(outcome.start == Self.first)
        #expect(
            outcome.submissions == [
                .init(replicaNum: 0, jobNum: 0, submissionNum: 0, jobID: "new1"),
                .init(replicaNum: 0, jobNum: 1, submissionNum: 0, jobID: "new2"),
            ])
        #expect(bench.machine.status == .submitted && bench.machine.nextStart == nil)
        #expect(!bench.send(.startDue, at: 602).isChanged, "a second word of the same moment starts nothing")
    }

    @Test(arguments: [JobTerminationReason.doneByRunner, .containerExitedWithError, .failedToStartDueToNoCapacity])
    func end_isFollowedByTheNextMoment_andByNewSubmissions(_ reason: JobTerminationReason) throws {
        var bench = try Bench()
        _ = bench.send(.startDue, at: 600)
        let outcome = bench.job("new1", reason.status, reason, at: 630)
        #expect(bench.machine.phase == .scheduled(at: Self.second))
        #expect(outcome.roundEnd == (reason == .doneByRunner ? .allJobsDone : .jobFailed))
        #expect(bench.machine.reason == nil && outcome.stops.isEmpty)
        let again = bench.send(.startDue, at: 1200)
        #expect(again.submissions == [.init(replicaNum: 0, jobNum: 0, submissionNum: 1, jobID: "new2")])
    }

    @Test func moments_thatPassWhileJobsRun_areLeftOut() throws {
        var bench = try Bench()
        _ = bench.send(.startDue, at: 600)
        _ = bench.job("new1", .running, at: 610)
        _ = bench.job("new1", .done, .doneByRunner, at: 2501)
        #expect(bench.machine.nextStart == Self.start.advanced(by: .seconds(3000)))
    }

    /// A start that the server was away for comes late, and has all of its time to retry.
    @Test func retries_countFromTheStart_notFromItsMoment() throws {
        var bench = try Bench(retry: [.noCapacity], duration: 300)
        _ = bench.send(.startDue, at: 2000)
        _ = bench.job("new1", .failed, .failedToStartDueToNoCapacity, at: 2001)
        guard case .waiting = bench.machine.phase else {
            Issue.record("\(bench.machine.phase)")
            return
        }
    }

    @Test func moment_thatHadItsStart_hasNoOther_whereTheClockIsSetBack() throws {
        var bench = try Bench()
        _ = bench.send(.startDue, at: 600)
        _ = bench.job("new1", .done, .doneByRunner, at: 30)
        #expect(bench.machine.nextStart == Self.second)
    }

    @Test(arguments: [false, true])
    func stop_whileItWaits_endsItAtOnce(_ isAbort: Bool) throws {
        for hasRun in [false, true] {
            var bench = try Bench()
            if hasRun {
                _ = bench.send(.startDue, at: 600)
                _ = bench.job("new1", .done, .doneByRunner, at: 610)
            }
            let outcome = bench.send(.stop(RunStop(isAbort: isAbort)), at: 611)
            #expect(bench.machine.phase == .finished(isAbort ? .abortedByUser : .stoppedByUser))
            #expect(outcome.isChanged && outcome.stops.isEmpty)
            #expect(!bench.send(.startDue, at: 1200).isChanged)
        }
    }

    @Test func stop_whileJobsRun_isNotFollowedByAMoment() throws {
        var bench = try Bench()
        _ = bench.send(.startDue, at: 600)
        _ = bench.job("new1", .running, at: 601)
        #expect(bench.send(.stop(RunStop(isAbort: false)), at: 602).stops.map(\.jobID) == ["new1"])
        _ = bench.job("new1", .terminated, .terminatedByUser, at: 603)
        #expect(bench.machine.phase == .finished(.stoppedByUser))
    }

    @Test func stop_whileTheRoundEndsByItself_endsTheRun() throws {
        var bench = try Bench(nodes: 2)
        _ = bench.send(.startDue, at: 600)
        for id in ["new1", "new2"] { _ = bench.job(id, .running, at: 601) }
        _ = bench.job("new1", .failed, .containerExitedWithError, at: 602)
        #expect(bench.machine.phase == .terminating(.jobFailed))
        #expect(bench.send(.stop(RunStop(isAbort: false)), at: 603).isChanged)
        #expect(bench.machine.phase == .terminating(.stoppedByUser))
        _ = bench.job("new2", .terminated, .terminatedByServer, at: 604)
        #expect(bench.machine.phase == .finished(.stoppedByUser))
    }

    @Test func retry_withinARound_goesOn_andCountsFromItsMoment() throws {
        var bench = try Bench(retry: [.noCapacity], duration: 60)
        _ = bench.send(.startDue, at: 600)
        _ = bench.job("new1", .failed, .failedToStartDueToNoCapacity, at: 601)
        #expect(bench.machine.phase == .waiting(until: Self.start.advanced(by: .seconds(616))))
        #expect(!bench.send(.startDue, at: 610).isChanged)
        #expect(bench.send(.retryDue, at: 616).submissions.map(\.submissionNum) == [1])
        _ = bench.job("new2", .failed, .failedToStartDueToNoCapacity, at: 661)
        #expect(bench.machine.phase == .scheduled(at: Self.second), "its minute is over")
    }

    @Test func round_beginsItsRetriesAnew() throws {
        var bench = try Bench(retry: [.noCapacity, .error], duration: 60)
        _ = bench.send(.startDue, at: 600)
        _ = bench.job("new1", .running, at: 601)
        _ = bench.job("new1", .done, .doneByRunner, at: 602)
        _ = bench.send(.startDue, at: 1200)
        _ = bench.job("new2", .failed, .failedToStartDueToNoCapacity, at: 1201)
        #expect(bench.machine.phase == .waiting(until: Self.start.advanced(by: .seconds(1216))))
        #expect(bench.machine.attempt == 1)
    }

    @Test func update_whileItWaits_isTaken_andKeepsTheMoment() throws {
        var bench = try Bench()
        let update = RunMachineTableTests.update()
        #expect(bench.send(.update(update), at: 5).updates == [UpdateVerdict(update: update)])
        #expect(bench.machine.nextStart == Self.first && bench.machine.deployment == 1)
    }

    @Test func state_isReadAsItWasWritten() throws {
        var bench = try Bench()
        for event in [RunEvent.startDue, .stop(RunStop(isAbort: false))] {
            let read = try JSONDecoder().decode(RunMachine.self, from: JSONEncoder().encode(bench.machine))
            #expect(read == bench.machine)
            _ = bench.send(event, at: 600)
        }
    }
}
