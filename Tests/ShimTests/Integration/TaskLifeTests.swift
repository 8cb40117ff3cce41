import Backends
import Glibc
import AgentClient
import Testing
import Wire

@testable import Shim

@Suite struct TaskLifeTests {
    /// Tells its own number, then that of a daemon: forked twice, in a session of its own, deaf to signals, with its
    /// output closed.
    static let daemonRunner = """
        tell $$
        (setsid bash -c 'trap "" TERM HUP INT QUIT; (bash -c "trap \\"\\" TERM HUP INT; while :; do sleep 1; done" \
        </dev/null >/dev/null 2>&1 & echo $! > '"$PWD"'/daemon); exit' &)
        while [ ! -s daemon ]; do sleep 0.01; done
        tell $(cat daemon)
        exec sleep 1000
        """

    @Test func submit_startsTheRunner_andTheStreamTellsIt() async throws {
        try await ShimFixture.with { shim in
            try await shim.start()
            let watch = try await shim.client.watch()
            guard case .snapshot(_, let tasks)? = try await watch.next() else {
                Issue.record("the first line is no snapshot")
                return
            }
            #expect(tasks.isEmpty)
            let task = try await shim.submit("a")
            #expect(task.status == .running)
            #expect(task.runtime == "process")
            #expect(task.runnerPort == 10999)
            #expect(task.address?.hasPrefix("127.") == true)
            #expect(try await watch.nextChange() == .task(task))
            // Known already: no second runner, the same answer.
            #expect(try await shim.submit("a") == task)
            try await shim.client.terminate(id: "a", reason: "terminated_by_user", message: "m", grace: 0)
            guard case .task(let ended)? = try await watch.nextChange() else {
                Issue.record("the end is not told")
                return
            }
            #expect(ended.status == .terminated)
            #expect(ended.terminationReason == "terminated_by_user")
            #expect(ended.terminationMessage == "m")
            #expect(ended.exitStatus == 137)
            try await shim.client.remove(id: "a")
            #expect(try await watch.nextChange() == .removed(id: "a"))
            #expect(try await shim.client.task(id: "a") == nil)
            #expect(FileBytes.names(in: shim.home + "/tasks").isEmpty)
            #expect(FileBytes.names(in: shim.home + "/jobs").isEmpty)
        }
    }

    @Test func submit_afterItsEndWasAskedFor_startsNothing() async throws {
        try await ShimFixture.with { shim in
            try await shim.start()
            try await shim.client.terminate(id: "early", reason: "aborted_by_user", message: "", grace: 0)
            await #expect(throws: AgentError.self) { try await shim.submit("early") }
            _ = try await shim.submit("a")
            try await shim.client.terminate(id: "a", reason: "terminated_by_user", message: "", grace: 0)
            try await shim.client.remove(id: "a")
            await #expect(throws: AgentError.self) { try await shim.submit("a") }
            #expect(try await shim.client.tasks().isEmpty)
        }
    }

    @Test(arguments: [GroupRoot.Choice.automatic, .freezer, .marked])
    func terminate_atOnce_leavesNothing(_ groups: GroupRoot.Choice) async throws {
        try await ShimFixture.with(groups: groups, runner: Self.daemonRunner) { shim in
            try await shim.start()
            _ = try await shim.submit("a")
            let runner = try #require(Int32(try await shim.told()))
            let daemon = try #require(Int32(try await shim.told()))
            #expect(isRunning(runner) && isRunning(daemon))
            try await shim.client.terminate(id: "a", reason: "aborted_by_user", message: "", grace: 0)
            #expect(!isRunning(runner))
            #expect(!isRunning(daemon))
        }
    }

    @Test(arguments: [GroupRoot.Choice.automatic, .freezer, .marked])
    func runnerKilled_isToldAtOnce_andItsDaemonsEnd(_ groups: GroupRoot.Choice) async throws {
        try await ShimFixture.with(groups: groups, runner: "echo last words\n" + Self.daemonRunner) { shim in
            try await shim.start()
            _ = try await shim.submit("a")
            let runner = try #require(Int32(try await shim.told()))
            let daemon = try #require(Int32(try await shim.told()))
            kill(runner, SIGKILL)
            let task = try await shim.wait("a", until: .terminated)
            #expect(task.terminationReason == "executor_error")
            #expect(task.terminationMessage == "the runner was killed by signal 9:\nlast words")
            #expect(task.exitStatus == 137)
            #expect(!isRunning(daemon))
        }
    }

    @Test(arguments: [GroupRoot.Choice.automatic, .freezer, .marked])
    func terminate_whileTheRunnerStarts_endsIt(_ groups: GroupRoot.Choice) async throws {
        try await ShimFixture.with(groups: groups) { shim in
            try await shim.start()
            for number in 0..<30 {
                let id = "task-\(number)"
                _ = try await shim.submit(id)
                try await shim.client.terminate(id: id, reason: "x", message: "", grace: 0)
                try await shim.client.remove(id: id)
            }
            #expect(try await shim.client.tasks().isEmpty)
        }
    }

    @Test func shimThatLeaves_answersWhoWaitsForAnEnd() async throws {
        let script = "trap '' TERM\ntell ready\nwhile :; do sleep 0.05; done"
        try await ShimFixture.with(runner: script) { shim in
            let pid = try await shim.start()
            _ = try await shim.submit("a")
            #expect(try await shim.told() == "ready")
            async let slow: Void = shim.client.terminate(id: "a", reason: "x", message: "", grace: 600)
            while !shim.log.contains("to be terminated within 600 s") { await Task.yield() }
            kill(pid, SIGTERM)
            #expect(await shim.ending(of: pid) == .exited(0))
            try await slow
            // The grace ended with the shim: the next one forces it.
            try await shim.start()
            #expect(try await shim.wait("a", until: .terminated).terminationReason == "x")
        }
    }

    @Test func terminate_withGrace_letsTheRunnerEnd() async throws {
        let script = "trap 'exit 3' TERM\ntell ready\nwhile :; do sleep 0.05; done"
        try await ShimFixture.with(runner: script) { shim in
            try await shim.start()
            _ = try await shim.submit("a")
            #expect(try await shim.told() == "ready")
            try await shim.client.terminate(id: "a", reason: "terminated_by_server", message: "", grace: 60)
            let task = try #require(try await shim.client.task(id: "a"))
            #expect(task.status == .terminated)
            #expect(task.exitStatus == 3)
        }
    }

    @Test func terminate_whenTheRunnerIsDeaf_forcesAfterTheGrace() async throws {
        let script = "trap '' TERM\ntell ready\nwhile :; do sleep 0.05; done"
        try await ShimFixture.with(runner: script) { shim in
            try await shim.start()
            _ = try await shim.submit("a")
            #expect(try await shim.told() == "ready")
            try await shim.client.terminate(id: "a", reason: "terminated_by_server", message: "", grace: 1)
            #expect(try await shim.client.task(id: "a")?.exitStatus == 137)
        }
    }

    @Test func terminate_twice_keepsTheFirstReason() async throws {
        let script = "trap '' TERM\ntell ready\nwhile :; do sleep 0.05; done"
        try await ShimFixture.with(runner: script) { shim in
            try await shim.start()
            _ = try await shim.submit("a")
            #expect(try await shim.told() == "ready")
            async let slow: Void = shim.client.terminate(id: "a", reason: "terminated_by_user", message: "1", grace: 60)
            while !shim.log.contains("to be terminated within 60 s") { await Task.yield() }
            try await shim.client.terminate(id: "a", reason: "aborted_by_user", message: "2", grace: 0)
            try await slow
            let task = try #require(try await shim.client.task(id: "a"))
            #expect(task.terminationReason == "terminated_by_user")
            #expect(task.terminationMessage == "1")
        }
    }

    @Test func runnerThatEndsWell_isDone() async throws {
        try await ShimFixture.with(runner: "exit 0") { shim in
            try await shim.start()
            _ = try await shim.submit("a")
            let task = try await shim.wait("a", until: .terminated)
            #expect(task.terminationReason == "done_by_runner")
            #expect(task.exitStatus == 0)
        }
    }
}

/// Whether a process is there and no zombie.
func isRunning(_ pid: Int32) -> Bool {
    Proc.status(of: pid).map { !$0.isZombie } ?? false
}

extension ShimWatch {
    /// The next notice that tells something: heartbeats come between where a machine is slow.
    fileprivate func nextChange() async throws -> ShimNotice? {
        while let notice = try await next() {
            if notice != .heartbeat { return notice }
        }
        return nil
    }
}
