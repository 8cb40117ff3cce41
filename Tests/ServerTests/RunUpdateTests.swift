import Testing
import Wire

@testable import Server

/// Applying over an active run. The engine is driven and has no machines, so a run that retries waits for capacity.
@Suite struct RunUpdateTests {
    private static func spec(_ priority: Int?, command: String = "true", path: String = "a.yml") -> String {
        let priority = priority.map { #","priority":\#($0)"# } ?? ""
        return #"""
            {"run_name":"a-run","configuration_path":"\#(path)","configuration":
             {"type":"task","commands":["\#(command)"],"retry":{"on_events":["no-capacity"],"duration":"1h"}\#(priority)}}
            """#
    }

    private func apply(
        _ server: ServerFixture, _ spec: String, over current: JSONValue? = nil, force: Bool = false
    ) async throws -> ServerFixture.Answer {
        let resource = try current.map {
            #","current_resource":"# + String(decoding: try WireJSON.encode($0), as: UTF8.self)
        }
        return try await server.post(
            "/api/project/main/runs/apply", #"{"plan":{"run_spec":\#(spec)\#(resource ?? "")},"force":\#(force)}"#)
    }

    private func plan(_ server: ServerFixture, _ spec: String) async throws -> JSONValue {
        let answer = try await server.post("/api/project/main/runs/get_plan", #"{"run_spec":\#(spec)}"#)
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json
    }

    @Test func anotherPriority_isUpdatedInPlace_withAnEventOfTheUser() async throws {
        try await ServerFixture.with(isDriven: true) { server in
            let id = try await apply(server, Self.spec(nil)).json["id"]
            let plan = try await plan(server, Self.spec(5, path: "b.yml"))
            #expect(plan["action"] == "update")
            #expect(plan["current_resource"]?["id"] == id)
            let answer = try await apply(server, Self.spec(5, path: "b.yml"), over: plan["current_resource"])
            #expect(answer.status == 200, "\(answer.text)")
            let run = try answer.json
            #expect(run["id"] == id)
            #expect(run["deployment_num"] == 1)
            #expect(run["run_spec"]?["configuration"]?["priority"] == 5)
            #expect(run["run_spec"]?["configuration_path"] == "b.yml")
            let events = try await server.post("/api/events/list", #"{"limit":100}"#)
            #expect(
                events.text.contains(
                    "Run updated. Deployment: 1. "
                        + "Changed fields: configuration_path, configuration.priority"))
            guard case .array(let listed) = try events.json else { return }
            let update = listed.first { event in
                guard case .string(let text)? = event["message"] else { return false }
                return text.hasPrefix("Run updated")
            }
            #expect(update?["actor_user"] == "admin")
        }
    }

    @Test func targetTypes_tellARunsUpdateFromTheProjectsEvents() async throws {
        try await ServerFixture.with(isDriven: true) { server in
            _ = try await apply(server, Self.spec(nil))
            _ = try await apply(server, Self.spec(5), force: true)
            _ = try await server.post("/api/projects/main/update", #"{"is_public":true}"#)
            func messages(_ type: String) async throws -> [String] {
                let answer = try await server.post("/api/events/list", #"{"include_target_types":["\#(type)"]}"#)
                guard case .array(let events) = try answer.json else { return [] }
                return events.compactMap { event in
                    if case .string(let text)? = event["message"] { text } else { nil }
                }
            }
            let updated = "Run updated. Deployment: 1. Changed fields: configuration.priority"
            #expect(try await messages("run").contains(updated))
            #expect(try await !messages("job").contains(updated))
            #expect(try await messages("project") == ["Project updated. Updated fields: is_public=True"])
            #expect(try await messages("fleet").isEmpty)
        }
    }

    @Test func anythingElse_isRefused() async throws {
        try await ServerFixture.with(isDriven: true) { server in
            _ = try await apply(server, Self.spec(nil))
            let plan = try await plan(server, Self.spec(5, command: "false"))
            #expect(plan["action"] == "create")
            for force in [false, true] {
                let answer = try await apply(
                    server, Self.spec(5, command: "false"), over: plan["current_resource"], force: force)
                #expect(answer.status == 400)
                #expect(answer.text.contains("Cannot override active run. Stop the run first."))
            }
        }
    }

    @Test func anOldPlan_isRefused_unlessForced() async throws {
        try await ServerFixture.with(isDriven: true) { server in
            _ = try await apply(server, Self.spec(nil))
            let plan = try await plan(server, Self.spec(5))
            let message = "Failed to apply plan. Resource has been changed. Try again or use force apply."
            #expect(try await apply(server, Self.spec(5)).text.contains(message), "no plan at all")
            #expect(try await apply(server, Self.spec(6), over: plan["current_resource"]).status == 200)
            let late = try await apply(server, Self.spec(5), over: plan["current_resource"])
            #expect(late.status == 400)
            #expect(late.text.contains(message))
            let forced = try await apply(server, Self.spec(5), over: plan["current_resource"], force: true)
            #expect(try forced.json["deployment_num"] == 2)
            #expect(try forced.json["run_spec"]?["configuration"]?["priority"] == 5)
        }
    }

    @Test func manyUpdatesAtOnce_areAllMade_whenForced() async throws {
        try await ServerFixture.with(isDriven: true) { server in
            _ = try await apply(server, Self.spec(nil))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for priority in 1...8 {
                    group.addTask { try await apply(server, Self.spec(priority), force: true).status }
                }
                for try await status in group { #expect(status == 200) }
            }
            let run = try await server.post("/api/project/main/runs/get", #"{"run_name":"a-run"}"#)
            #expect(try run.json["deployment_num"] == 8)
        }
    }
}
