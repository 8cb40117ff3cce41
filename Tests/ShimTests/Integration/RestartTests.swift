import Backends
import Glibc
import Testing
import Wire

@testable import Shim

@Suite struct RestartTests {
    @Test(arguments: [GroupRoot.Choice.automatic, .freezer, .marked])
    func shimKilled_andStartedAgain_findsItsTasks(_ groups: GroupRoot.Choice) async throws {
        try await ShimFixture.with(groups: groups, runner: TaskLifeTests.daemonRunner) { shim in
            let first = try await shim.start()
            let task = try await shim.submit("a")
            let runner = try #require(Int32(try await shim.told()))
            let daemon = try #require(Int32(try await shim.told()))
            await shim.crash(first)
            #expect(isRunning(runner) && isRunning(daemon))
            try await shim.start()
            let found = try #require(try await shim.client.task(id: "a"))
            #expect(found.status == .running)
            #expect(found.address == task.address)
            #expect(isRunning(runner))
            try await shim.client.terminate(id: "a", reason: "terminated_by_user", message: "", grace: 0)
            #expect(!isRunning(runner) && !isRunning(daemon))
            try await shim.client.remove(id: "a")
        }
    }

    @Test func adoptedRunnerKilled_isToldAtOnce() async throws {
        try await ShimFixture.with(runner: "tell $$\nexec sleep 1000") { shim in
            let first = try await shim.start()
            _ = try await shim.submit("a")
            let runner = try #require(Int32(try await shim.told()))
            await shim.crash(first)
            try await shim.start()
            kill(runner, SIGKILL)
            let task = try await shim.wait("a", until: .terminated)
            #expect(task.terminationReason == "executor_error")
            #expect(task.terminationMessage == "the runner ended")
            #expect(task.exitStatus == nil)
        }
    }

    @Test func runnerThatEndedMeanwhile_isTold_andItsDaemonsEnd() async throws {
        try await ShimFixture.with(runner: TaskLifeTests.daemonRunner) { shim in
            let first = try await shim.start()
            _ = try await shim.submit("a")
            let runner = try #require(Int32(try await shim.told()))
            let daemon = try #require(Int32(try await shim.told()))
            await shim.crash(first)
            kill(runner, SIGKILL)
            try await shim.start()
            let task = try await shim.wait("a", until: .terminated)
            #expect(task.terminationReason == "executor_error")
            #expect(task.terminationMessage == "the runner ended while the shim was not running")
            #expect(!isRunning(daemon))
        }
    }

    @Test func intentWithoutProcess_endsTheTask() async throws {
        try await ShimFixture.with { shim in
            let files = try TaskFiles(home: shim.home)
            try files.records.write(
                TaskRecord(
                    id: "a", name: "n", phase: .pending, mark: "t-none", address: "127.64.0.9", port: 10999,
                    group: .marked, kernelBoot: Proc.kernelBoot()), id: "a")
            try await shim.start()
            let task = try await shim.wait("a", until: .terminated)
            #expect(task.terminationMessage == "the shim was stopped before it had started the runner")
        }
    }

    @Test func recordThatCannotBeRead_countsAsLost_andStays() async throws {
        try await ShimFixture.with { shim in
            _ = try TaskFiles(home: shim.home)
            try FileBytes.replace(shim.home + "/tasks/a.json", with: Array("nonsense".utf8))
            try await shim.start()
            let task = try #require(try await shim.client.task(id: "a"))
            #expect(task.status == .terminated)
            #expect(task.terminationReason == "executor_error")
            #expect(try await shim.submit("a").status == .terminated)
            #expect(FileBytes.names(in: shim.home + "/tasks") == ["a.json"])
            try await shim.client.remove(id: "a")
            #expect(FileBytes.names(in: shim.home + "/tasks").isEmpty)
        }
    }

    @Test func shutdown_leavesTheTasks() async throws {
        try await ShimFixture.with(runner: "tell $$\nexec sleep 1000") { shim in
            let first = try await shim.start()
            _ = try await shim.submit("a")
            let runner = try #require(Int32(try await shim.told()))
            try await shim.client.shutdown()
            #expect(await shim.ending(of: first) == .exited(0))
            #expect(isRunning(runner))
            let second = try await shim.start()
            #expect(try await shim.client.task(id: "a")?.status == .running)
            kill(second, SIGTERM)
            #expect(await shim.ending(of: second) == .exited(0))
            #expect(isRunning(runner))
        }
    }

    @Test func secondShim_onTheSameDirectory_isRefused() async throws {
        try await ShimFixture.with { shim in
            let first = try await shim.start()
            let second = try shim.launch()
            #expect(await shim.ending(of: second) == .exited(1))
            #expect(shim.log.contains("another dstack-shim (process \(first)) works in '\(shim.home)'"))
            #expect(try await shim.client.tasks().isEmpty)
        }
    }
}
