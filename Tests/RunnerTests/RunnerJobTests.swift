import Glibc
import Testing
import Wire

@testable import Runner

/// Real jobs on a real runner, to their end.
@Suite(.timeLimit(.minutes(1)))
struct RunnerJobTests {
    @Test func job_thatSucceeds_isDoneWithItsWholeLog() async throws {
        try await RunningRunner.with { runner in
            let info = try await runner.start(["/bin/sh", "-c", "echo one; echo two"])
            #expect(info.workingDir == runner.directory + "/work")
            let outcome = try await runner.outcome()
            #expect(outcome.text == "one\r\ntwo\r\n")
            #expect(outcome.states.map(\.state) == [.running, .done])
            #expect(outcome.final?.exitStatus == 0)
            #expect(outcome.states.map(\.seq) == [1, 2])
            #expect(outcome.endBytes == 10)
            #expect(outcome.logBytesAtFinalState == 10)
        }
    }

    @Test func job_hasAControllingTerminalOfItsOwn() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "test -t 0 -a -t 1 -a -t 2 && echo same > /dev/tty && tty"])
            let outcome = try await runner.outcome()
            #expect(outcome.text.hasPrefix("same\r\n/dev/pts/"))
            #expect(outcome.final?.state == .done)
        }
    }

    @Test func job_thatFails_tellsItsExitStatus() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "exit 3"])
            let final = try await runner.outcome().final
            #expect(final?.state == .failed)
            #expect(final?.terminationReason == "container_exited_with_error")
            #expect(final?.terminationMessage == "exited with status 3")
            #expect(final?.exitStatus == 3)
        }
    }

    @Test func job_thatIsKilled_tellsTheSignal() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "kill -9 $$"])
            let final = try await runner.outcome().final
            #expect(final?.terminationMessage == "killed by signal SIGKILL")
            #expect(final?.exitStatus == 137)
        }
    }

    @Test func command_thatIsNotFound_fails127WithTheShellsWords() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "no-such-command-here"])
            let outcome = try await runner.outcome()
            #expect(outcome.final?.exitStatus == 127)
            #expect(outcome.text.contains("no-such-command-here: not found"))
        }
    }

    @Test func program_thatIsNotFound_fails127() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["no-such-program-here"])
            let outcome = try await runner.outcome()
            #expect(outcome.final?.exitStatus == 127)
            #expect(outcome.text == "dstack: no-such-program-here: command not found\r\n")
        }
    }

    @Test func environment_laterSourcesWin() async throws {
        let inherited = [
            "PATH=/usr/bin:/bin", "CUDA_A=inherited", "CUDA_B=inherited", "AWS_SECRET_ACCESS_KEY=hidden",
            "DSTACK_SERVER_ADMIN_TOKEN=hidden",
        ]
        try await RunningRunner.with(environment: inherited) { runner in
            try await runner.start(["/bin/sh", "-c", "env"], secrets: ["CUDA_B": "secret", "C": "secret"]) { spec in
                spec.env = ["C": "job", "DSTACK_RUN_NAME": "mine"]
                spec.jobNum = 1
                spec.jobsPerReplica = 2
            }
            let lines = Set(try await runner.outcome().text.split(separator: "\r\n").map(String.init))
            for line in [
                "CUDA_A=inherited", "CUDA_B=secret", "C=job", "DSTACK_RUN_NAME=mine", "DSTACK_RUN_ID=run-id",
                "DSTACK_JOB_ID=job-id", "DSTACK_NODE_RANK=1", "DSTACK_NODES_NUM=2", "DSTACK_NODES_IPS=127.0.0.1",
                "DSTACK_WORKING_DIR=\(runner.directory)/work", "DSTACK_REPO_ID=repo",
            ] {
                #expect(lines.contains(line), "\(line)")
            }
            #expect(!lines.contains { $0.contains("hidden") })
            #expect(lines.contains("HOME=\(runner.directory)/home"))
        }
    }

    @Test func workingDirectory_thatIsRelative_liesInTheJobsOwn() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "pwd"]) { $0.workingDir = "some/where" }
            #expect(try await runner.outcome().text == runner.directory + "/work/some/where\r\n")
        }
    }

    @Test func workingDirectory_ofAnOfficialServer_liesInTheJobsOwn() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "pwd"]) { $0.workingDir = "/workflow/sub" }
            #expect(try await runner.outcome().text == runner.directory + "/work/sub\r\n")
        }
    }

    @Test(.enabled(if: geteuid() == 0, "changing users takes root"))
    func user_otherThanTheRunners_ownsItsDirectory() async throws {
        try await RunningRunner.with { runner in
            let info = try await runner.start(["/bin/sh", "-c", "id -u; id -G; stat -c %U . ; cat /dev/null > mine"]) {
                $0.user = RunnerUser(username: "nobody")
            }
            #expect(info.username == "nobody")
            let outcome = try await runner.outcome()
            #expect(outcome.text == "65534\r\n65534\r\nnobody\r\n")
            #expect(outcome.final?.state == .done)
        }
    }

    @Test func user_thatDoesNotExist_failsWithItsName() async throws {
        try await RunningRunner.with { runner in
            let info = try await runner.start(["/bin/true"]) { $0.user = RunnerUser(username: "no-such-user") }
            #expect(info.workingDir == "")
            let final = try await runner.outcome().final
            #expect(final?.state == .failed)
            #expect(final?.terminationReason == "executor_error")
            #expect(final?.terminationMessage?.contains("'no-such-user'") == true)
        }
    }

    @Test func maxDuration_endsTheJobWithItsReason() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "exec sleep 300"]) { $0.maxDuration = 1 }
            let final = try await runner.outcome().final
            #expect(final?.state == .terminated)
            #expect(final?.terminationReason == "max_duration_exceeded")
        }
    }

    @Test func child_thatForksAway_isEnded() async throws {
        try await RunningRunner.with { runner in
            // Two sessions away, deaf to signals, without the terminal.
            let script = """
                setsid sh -c 'trap "" HUP TERM INT; setsid sh -c "exec sleep 300" & exec sleep 300' \
                </dev/null >/dev/null 2>&1 &
                echo $!
                """
            try await runner.start(["/bin/sh", "-c", script])
            let outcome = try await runner.outcome()
            #expect(outcome.final?.state == .done)
            // The runner still lives and is the subreaper of whatever is left: nothing may be.
            #expect(ProcessTree.descendants(of: runner.process).isEmpty)
        }
    }

    @Test func job_thatClosesItsOutput_endsByItsExit() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "echo before; exec >/dev/null 2>&1 </dev/null; exit 4"])
            let outcome = try await runner.outcome()
            #expect(outcome.text == "before\r\n")
            #expect(outcome.final?.exitStatus == 4)
        }
    }

    @Test func runner_thatIsKilled_takesItsJobAlong() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "trap '' HUP TERM; echo $$; exec sleep 300"])
            let outcome = try await runner.stream { $0.text.contains("\r\n") }
            let job = try #require(pid_t(outcome.text.prefix { $0 != "\r\n" }))
            let handle = try ProcessHandle(job)
            kill(runner.process, SIGKILL)
            await handle.end()
        }
    }
}
