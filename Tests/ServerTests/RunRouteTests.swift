import Testing
import Wire

@testable import Server

@Suite struct RunRouteTests {
    static let task = #"{"configuration":{"type":"task","commands":["true"]}}"#

    static func spec(_ name: String, _ more: String = "") -> String {
        #"{"run_name":"\#(name)","configuration":{"type":"task","commands":["true"]\#(more)}}"#
    }

    private func apply(_ server: ServerFixture, _ spec: String) async throws -> ServerFixture.Answer {
        try await server.post("/api/project/main/runs/apply", #"{"plan":{"run_spec":\#(spec)},"force":false}"#)
    }

    @Test func plan_showsThisMachineAsTheOffer() async throws {
        try await ServerFixture.with { server in
            try await server.addLocalFleet()
            let answer = try await server.post(
                "/api/project/main/runs/get_plan", #"{"run_spec":\#(Self.task)}"#)
            #expect(answer.status == 200)
            let plan = try answer.json
            #expect(plan["action"] == "create")
            #expect(plan["current_resource"] == .null)
            #expect(plan["effective_run_spec"]?["configuration"]?["nodes"] == 1)
            #expect(plan["run_spec"]?["configuration"]?["priority"] == .null)
            guard case .array(let jobs)? = plan["job_plans"], case .array(let offers)? = jobs.first?["offers"] else {
                Issue.record("no offers in \(answer.text)")
                return
            }
            #expect(offers.count == 1)
            #expect(offers[0]["backend"] == "remote")
            #expect(offers[0]["region"] == "local")
            #expect(offers[0]["availability"] == "idle")
            #expect(jobs[0]["total_offers"] == 1)
            #expect(jobs[0]["job_spec"]?["job_name"] == "dry-run-0-0")
        }
    }

    @Test func plan_withoutAFittingMachine_hasNoOffers() async throws {
        try await ServerFixture.with { server in
            try await server.addLocalFleet()
            let spec = Self.spec("big", #","resources":{"memory":"64GB.."}"#)
            let answer = try await server.post("/api/project/main/runs/get_plan", #"{"run_spec":\#(spec)}"#)
            #expect(answer.status == 200)
            guard case .array(let jobs)? = try answer.json["job_plans"] else {
                Issue.record("no job plans in \(answer.text)")
                return
            }
            #expect(jobs[0]["offers"] == .array([]))
            #expect(jobs[0]["total_offers"] == 0)
            #expect(jobs[0]["max_price"] == .null)
        }
    }

    @Test func offers_ofTheOfficialClientsImage_areGiven() async throws {
        try await ServerFixture.with { server in
            try await server.addLocalFleet()
            let spec = #"{"configuration":{"type":"task","image":"scratch","user":"root","commands":[":"]}}"#
            let answer = try await server.post(
                "/api/project/main/runs/get_plan", #"{"run_spec":\#(spec),"for_offers_only":true}"#)
            #expect(answer.status == 200)
        }
    }

    @Test func image_isRefusedByName() async throws {
        try await ServerFixture.with { server in
            for path in ["get_plan", "apply"] {
                let spec = Self.spec("a-run", #","image":"ubuntu""#)
                let body =
                    path == "apply"
                    ? #"{"plan":{"run_spec":\#(spec)},"force":false}"# : #"{"run_spec":\#(spec)}"#
                let answer = try await server.post("/api/project/main/runs/\(path)", body)
                #expect(answer.status == 400)
                #expect(answer.text.contains("`image`"))
            }
        }
    }

    @Test func unknownProperty_isNamedWithItsPlace() async throws {
        try await ServerFixture.with { server in
            let spec = Self.spec("a-run", #","comands":["true"]"#)
            let answer = try await server.post("/api/project/main/runs/get_plan", #"{"run_spec":\#(spec)}"#)
            #expect(answer.status == 422)
            #expect(answer.text.contains("extra_forbidden"))
            #expect(answer.text.contains(#""comands""#))
        }
    }

    @Test func apply_submits_andTheRunIsListed() async throws {
        try await ServerFixture.with { server in
            try await server.addLocalFleet()
            let answer = try await apply(server, Self.spec("first"))
            #expect(answer.status == 200)
            let run = try answer.json
            #expect(run["status"] == "submitted")
            #expect(run["run_spec"]?["run_name"] == "first")
            let listed = try await server.post("/api/runs/list", "{}")
            guard case .array(let runs) = try listed.json else {
                Issue.record("no list: \(listed.text)")
                return
            }
            #expect(runs.map { $0["id"] } == [run["id"]])
            let found = try await server.post("/api/project/main/runs/get", #"{"run_name":"first"}"#)
            #expect(try found.json["id"] == run["id"])
        }
    }

    @Test func apply_withoutAName_makesOne() async throws {
        try await ServerFixture.with { server in
            let answer = try await apply(server, Self.task)
            guard case .string(let name)? = try answer.json["run_spec"]?["run_name"] else {
                Issue.record("no name in \(answer.text)")
                return
            }
            #expect(name.split(separator: "-").count == 3)
            #expect(name.hasSuffix("-1"))
        }
    }

    @Test func apply_overAnActiveRun_isRefused() async throws {
        try await ServerFixture.with { server in
            _ = try await apply(server, Self.spec("taken"))
            let answer = try await apply(server, Self.spec("taken", #","env":{"A":"1"}"#))
            #expect(answer.status == 400)
            #expect(
                answer.text
                    == #"{"detail":[{"msg":"Cannot override active run. Stop the run first.","code":"error"}]}"#)
        }
    }

    @Test(arguments: ["A", "a", "9a", "a_b", "a b", String(repeating: "a", count: 42)])
    func apply_withAMalformedName_isRefused(_ name: String) async throws {
        try await ServerFixture.with { server in
            let answer = try await apply(server, Self.spec(name))
            #expect(answer.status == 400)
            #expect(answer.text.contains("Resource name should match regex '^[a-z][a-z0-9-]{1,40}$'"))
        }
    }

    @Test func delete_ofAnActiveRun_isRefused() async throws {
        try await ServerFixture.with { server in
            _ = try await apply(server, Self.spec("alive"))
            let answer = try await server.post("/api/project/main/runs/delete", #"{"runs_names":["alive"]}"#)
            #expect(answer.text == #"{"detail":[{"msg":"Cannot delete active runs: ['alive']","code":"error"}]}"#)
        }
    }

    @Test func stopAndDelete_ofNothing_areNoErrors() async throws {
        try await ServerFixture.with { server in
            let stop = try await server.post(
                "/api/project/main/runs/stop", #"{"runs_names":["none"],"abort":false}"#)
            #expect(stop.text == "null")
            let delete = try await server.post("/api/project/main/runs/delete", #"{"runs_names":["none"]}"#)
            #expect(delete.text == "null")
        }
    }

    @Test func aStrangerSeesNoRuns() async throws {
        try await ServerFixture.with { server in
            _ = try await apply(server, Self.spec("mine"))
            let token = try await server.user("eve")
            #expect(try await server.post("/api/runs/list", "{}", token: token).text == "[]")
            let answer = try await server.post(
                "/api/project/main/runs/get", #"{"run_name":"mine"}"#, token: token)
            #expect(answer.status == 403)
        }
    }

    @Test func pages_followOneAnother() async throws {
        try await ServerFixture.with { server in
            for number in 1...5 { _ = try await apply(server, Self.spec("run-\(number)")) }
            var names: [JSONValue?] = []
            var cursor = ""
            while true {
                let answer = try await server.post("/api/runs/list", #"{"limit":2\#(cursor)}"#)
                guard case .array(let runs) = try answer.json, let last = runs.last else { break }
                names += runs.map { $0["run_spec"]?["run_name"] }
                guard case .string(let time)? = last["submitted_at"], case .string(let id)? = last["id"] else { break }
                cursor = #","prev_submitted_at":"\#(time)","prev_run_id":"\#(id)""#
            }
            #expect(names == ["run-5", "run-4", "run-3", "run-2", "run-1"])
        }
    }
}
