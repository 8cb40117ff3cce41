import Backends
import Glibc
import AgentClient
import Testing
import Wire

@testable import Shim

@Suite struct BadInputTests {
    private func post(_ shim: ShimFixture, _ target: String, _ body: String) async throws -> AgentResponse {
        let request = AgentRequest(.post, target, body: ByteBuffer(string: body))
        return try await AgentHTTPClient().send(request, to: .unix(path: shim.socket), within: .seconds(120))
    }

    @Test func wrongRequests_areNamed() async throws {
        try await ShimFixture.with { shim in
            try await shim.start()
            #expect(try await post(shim, "/api/tasks", "{}").text == "empty id\n")
            #expect(try await post(shim, "/api/tasks", #"{"id":"a"}"#).text == "empty name\n")
            let slash = try await post(shim, "/api/tasks", #"{"id":"a/b","name":"n"}"#)
            #expect(slash.status == 400)
            #expect(try await post(shim, "/api/tasks", "[").status == 400)
            #expect(try await post(shim, "/api/tasks/zz/remove", "").status == 404)
            #expect(try await post(shim, "/api/tasks/zz/terminate", "{}").status == 404)
            #expect(try await post(shim, "/api/components/install", "{}").status == 501)
            _ = try await shim.submit("a")
            let again = try await post(shim, "/api/tasks", #"{"id":"a","name":"n"}"#)
            #expect(again.status == 409)
            #expect(again.text == "task 'a' is there already; GET /api/tasks/a tells its state\n")
            let early = try await post(shim, "/api/tasks/a/remove", "")
            #expect(early.status == 409)
            #expect(early.text == "task 'a' is not terminated yet; terminate it first\n")
        }
    }

    @Test func image_isRefusedByName() async throws {
        try await ShimFixture.with { shim in
            try await shim.start()
            let task = try await shim.submit("a", image: "ubuntu:24.04")
            #expect(task.status == .terminated)
            #expect(task.terminationReason == "creating_container_error")
            #expect(task.terminationMessage.hasPrefix("image 'ubuntu:24.04': no Docker Engine answers on this host"))
            #expect(task.terminationMessage.contains("apt-get install docker.io"))
        }
    }

    @Test func missingRunner_isNamed() async throws {
        try await ShimFixture.with { shim in
            try await shim.start()
            unlink(shim.directory + "/runner")
            let task = try await shim.submit("a")
            #expect(task.terminationReason == "creating_container_error")
            #expect(
                task.terminationMessage
                    == "execute the runner '\(shim.directory)/runner': No such file or directory")
        }
    }

    @Test func runnerThatIsNoProgram_isNamed() async throws {
        try await ShimFixture.with { shim in
            try await shim.start()
            try shim.shell(
                "cd '\(shim.directory)' && rm runner && printf '\\000\\001\\002' > runner && chmod 755 runner")
            _ = try await shim.submit("a")
            let task = try await shim.wait("a", until: .terminated)
            #expect(task.terminationReason == "executor_error")
            #expect(task.terminationMessage.contains("execve failed with errno 008"))
        }
    }

    @Test func fullDisk_refusesTheTask_andLeavesNothing() async throws {
        try await ShimFixture.with { shim in
            // Its files may hold 1 kB: the record of a task with a long name does not fit.
            try await shim.start(fileLimit: 1)
            let name = String(repeating: "n", count: 3000)
            let error = await #expect(throws: AgentError.self) { try await shim.submit("a", name: name) }
            guard case .refused(500, let words)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(words.contains("File too large"))
            #expect(try await shim.client.task(id: "a") == nil)
            #expect(FileBytes.names(in: shim.home + "/tasks").isEmpty)
            #expect(FileBytes.names(in: shim.home + "/jobs").isEmpty)
            #expect(try await shim.submit("a").status == .running)
        }
    }

    @Test func directoryThatCannotBeMade_isNamed() async throws {
        try await ShimFixture.with { shim in
            try FileBytes.replace(shim.home, with: [])
            let pid = try shim.launch()
            #expect(await shim.ending(of: pid) == .exited(1))
            #expect(shim.log == "dstack-shim: mkdir '\(shim.home)/tasks': Not a directory\n")
            unlink(shim.home)
        }
    }
}
