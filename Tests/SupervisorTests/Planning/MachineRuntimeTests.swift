import Supervisor
import Testing
import Wire

/// Which image a job runs in, or none, on a machine with and without a Docker Engine.
@Suite struct MachineRuntimeTests {
    private func image(_ configuration: String, _ runtime: MachineRuntime) throws -> String {
        let text = #"{"run_name":"a-run","configuration":{"type":"task","commands":["x"]\#(configuration)}}"#
        let spec: RunSpec = try WireJSON.decode(from: Array(text.utf8), unknownFields: .rejected)
        let jobs = try JobPlanner(runtime: runtime).jobs(of: spec.effective(userKey: "key"), replicaNum: 0, key: nil)
        return jobs[0].imageName
    }

    @Test(arguments: [
        ("", ""), (#","image":"box:1""#, "box:1"), (#","docker":true"#, "dind"), (#","nvcc":true"#, "devel"),
        (#","privileged":true"#, "base"), (#","volumes":["/a:/b"]"#, "base"), (#","python":"3.12""#, ""),
    ])
    func withAnEngine(_ configuration: String, _ expected: String) throws {
        let runtime = MachineRuntime(
            hasDocker: true, baseImage: "base", develImage: "devel", dockerImage: "dind")
        #expect(try image(configuration, runtime) == expected)
    }

    @Test func theDefaultImage_isForJobsThatNameNone() throws {
        let runtime = MachineRuntime(hasDocker: true, defaultImage: "mine", baseImage: "base")
        #expect(try image("", runtime) == "mine")
        #expect(try image(#","privileged":true"#, runtime) == "mine")
        #expect(try image(#","image":"box:1""#, runtime) == "box:1")
    }

    @Test func withoutAnEngine_whatNeedsOneIsRefusedByName_andTheRestRuns() throws {
        let runtime = MachineRuntime(hasDocker: false, defaultImage: "mine")
        #expect(try image("", runtime) == "")
        for (configuration, name) in [
            (#","image":"box:1""#, "image"), (#","docker":true"#, "docker"), (#","volumes":["/a:/b"]"#, "volumes"),
        ] {
            let error = #expect(throws: PlanningError.self) { try image(configuration, runtime) }
            #expect(error?.description.contains("`\(name)` needs Docker") == true)
        }
    }

    @Test func whereOnlyContainersAreAllowed_nothingRunsAsProcesses() throws {
        let with = MachineRuntime(hasDocker: true, isContainersOnly: true, baseImage: "base")
        #expect(try image("", with) == "base")
        let without = MachineRuntime(hasDocker: false, isContainersOnly: true)
        let error = #expect(throws: PlanningError.self) { try image("", without) }
        #expect(error?.description.contains("DSTACK_LOCAL_RUNTIME=docker") == true)
    }
}
