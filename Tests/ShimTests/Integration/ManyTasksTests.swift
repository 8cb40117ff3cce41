import Backends
import Glibc
import AgentClient
import Testing
import Wire

@testable import Shim

@Suite struct ManyTasksTests {
    @Test func hundredTasksAtOnce_haveAddressesOfTheirOwn_andAllEnd() async throws {
        try await ShimFixture.with { shim in
            try await shim.start()
            let tasks = try await withThrowingTaskGroup(of: ShimTask.self) { group in
                for number in 0..<100 { group.addTask { try await shim.submit("task-\(number)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(tasks.allSatisfy { $0.status == .running })
            #expect(Set(tasks.compactMap(\.address)).count == 100)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in tasks {
                    group.addTask {
                        try await shim.client.terminate(id: task.id, reason: "x", message: "", grace: 0)
                        try await shim.client.remove(id: task.id)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await shim.client.tasks().isEmpty)
            #expect(FileBytes.names(in: shim.home + "/jobs").isEmpty)
            #expect(FileBytes.names(in: shim.home + "/tasks").isEmpty)
        }
    }

    @Test func twoTasks_listenOnTheSamePort_eachOnItsAddress() async throws {
        try await ShimFixture.with(realRunner: true) { shim in
            try await shim.start()
            let http = AgentHTTPClient()
            for id in ["a", "b"] {
                let task = try await shim.submit(id)
                let address = AgentAddress.tcp(ip: try #require(task.address), port: try #require(task.runnerPort))
                // It is connected to before it accepts: the socket listens already.
                let answer = try await http.send(
                    AgentRequest(.get, "/api/healthcheck"), to: address, within: .seconds(120))
                #expect(answer.text.contains("dstack-runner"))
            }
        }
    }
}
