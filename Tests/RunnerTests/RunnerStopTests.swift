import Glibc
import Testing
import Wire

@testable import Runner

/// A job that is asked to end, in every mood.
@Suite(.timeLimit(.minutes(1)))
struct RunnerStopTests {
    @Test func stop_asksAsCtrlCWould() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "trap 'echo bye; exit 7' INT; echo up; while :; do sleep 1; done"])
            _ = try await runner.stream { $0.text.contains("up") }
            try await runner.client.stop(grace: 30)
            let outcome = try await runner.outcome()
            #expect(outcome.text.contains("bye"))
            #expect(outcome.final?.state == .terminated)
            #expect(outcome.final?.exitStatus == 7)
            #expect(outcome.final?.terminationMessage == "stopped; exited with status 7")
        }
    }

    @Test func stop_reachesTheForegroundOfAnInteractiveShell() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/bash", "-i", "-c", "echo up && sleep 300 && echo never"])
            _ = try await runner.stream { $0.text.contains("up") }
            try await runner.client.stop(grace: 30)
            let outcome = try await runner.outcome()
            #expect(outcome.final?.state == .terminated)
            #expect(!outcome.text.contains("never"))
        }
    }

    /// A shell without bash's manners reads its terminal once its command was interrupted, and nobody types there.
    @Test func stop_endsAPlainInteractiveShell() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/dash", "-i", "-c", "if true; then echo up; sleep 300; fi"])
            _ = try await runner.stream { $0.text.contains("up") }
            try await runner.client.stop(grace: 600)
            let outcome = try await runner.outcome()
            #expect(outcome.final?.state == .terminated)
        }
    }

    @Test func job_thatIgnoresSignals_isForcedAfterItsGrace() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "trap '' INT HUP TERM; echo up; while :; do sleep 1; done"])
            _ = try await runner.stream { $0.text.contains("up") }
            try await runner.client.stop(grace: 1)
            let final = try await runner.outcome().final
            #expect(final?.state == .terminated)
            #expect(final?.terminationMessage == "stopped; killed by signal SIGKILL")
        }
    }

    @Test func stop_withoutGrace_killsAtOnce() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "trap 'echo bye' INT; echo up; while :; do sleep 1; done"])
            _ = try await runner.stream { $0.text.contains("up") }
            try await runner.client.stop(grace: 0)
            let outcome = try await runner.outcome()
            #expect(outcome.final?.state == .terminated)
            #expect(!outcome.text.contains("bye"))
        }
    }

    @Test func secondStop_hurriesAnUnlimitedOne() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "trap '' INT HUP TERM; echo up; while :; do sleep 1; done"])
            _ = try await runner.stream { $0.text.contains("up") }
            try await runner.client.stop(grace: nil)
            try await runner.client.stop(grace: 0)
            #expect(try await runner.outcome().final?.state == .terminated)
        }
    }

    @Test func stopDuration_ofTheJob_holdsWhereTheRequestNamesNone() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "trap '' INT HUP; echo up; while :; do sleep 1; done"]) {
                $0.stopDuration = 1
            }
            _ = try await runner.stream { $0.text.contains("up") }
            #expect(try await runner.post("/api/stop").status == 200)
            #expect(try await runner.outcome().final?.state == .terminated)
        }
    }

    @Test func stop_beforeRun_endsTheJob() async throws {
        try await RunningRunner.with { runner in
            try await runner.client.submit(RunningRunner.job(["/bin/true"]))
            try await runner.client.stop(grace: 5)
            let outcome = try await runner.outcome()
            #expect(outcome.states.map(\.state) == [.terminated])
            #expect(outcome.endBytes == 0)
        }
    }

    @Test func stop_afterTheEnd_changesNothing() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/true"])
            let before = try await runner.outcome().states
            try await runner.client.stop(grace: 5)
            #expect(try await runner.outcome().states == before)
        }
    }

    /// Only the end of a runner whose job is done says so: its job's last state may not have been heard.
    @Test(arguments: [(nil, 143), ("echo up; exec sleep 300", 143), ("echo up; exit 3", 143), ("echo up", 0)])
    func sigterm_endsTheRunner_withZeroOnlyWhereItsJobIsDone(command: String?, status expected: Int) async throws {
        try await RunningRunner.with { runner in
            if let command {
                try await runner.start(["/bin/sh", "-c", command])
                if command.contains("sleep") {
                    _ = try await runner.stream { $0.text.contains("up") }
                } else {
                    _ = try await runner.outcome()
                }
            }
            let handle = try ProcessHandle(runner.process)
            kill(runner.process, SIGTERM)
            await handle.end()
            var status: Int32 = 0
            #expect(waitpid(runner.process, &status, 0) == runner.process)
            #expect(ExitStatus(waitStatus: status) == .exited(expected))
        }
    }

    @Test func runner_withoutAJob_endsByItself() async throws {
        try await RunningRunner.with(["--start-timeout", "1"]) { runner in
            await (try ProcessHandle(runner.process)).end()
            var status: Int32 = 0
            #expect(waitpid(runner.process, &status, 0) == runner.process)
            #expect(ExitStatus(waitStatus: status) == .exited(1))
        }
    }
}
