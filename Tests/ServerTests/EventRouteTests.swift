import Store
import Testing
import Wire

@testable import Server

@Suite struct EventRouteTests {
    private func submit(_ name: String, _ server: ServerFixture) async throws -> String {
        let answer = try await server.post(
            "/api/project/main/runs/apply", #"{"plan":{"run_spec":\#(RunRouteTests.spec(name))},"force":false}"#)
        guard case .string(let id)? = try answer.json["id"] else { throw APIError.resourceNotExists(answer.text) }
        return id
    }

    /// Writes a run's last transition as its actor would.
    private func finish(_ runID: String, _ server: ServerFixture) async throws {
        guard var run = try await server.store.run(id: runID) else { throw APIError.resourceNotExists() }
        run.status = .done
        run.terminationReason = .allJobsDone
        run.version += 1
        try await server.store.commit(
            Change(
                writes: [.updateRun(run)],
                events: [
                    EventDraft(
                        id: ServerClock.system.newID(), kind: .run, recordedAt: .now, projectID: run.projectID,
                        runID: run.id, runName: run.name, from: "submitted", to: "done", message: "Run is done")
                ]))
    }

    @Test func history_ofAFinishedRun_isToldAndEnds() async throws {
        try await ServerFixture.with { server in
            let id = try await submit("short", server)
            try await finish(id, server)
            let answer = try await server.get("/api/project/main/runs/short/events")
            #expect(answer.headers[.contentType] == "text/event-stream")
            let events = answer.text.split(separator: "\n\n")
            #expect(events.count == 3)
            #expect(events.allSatisfy { $0.hasPrefix("id: ") && $0.contains("\nevent: transition\ndata: {") })
            #expect(events.last?.contains(#""to":"done""#) == true)
        }
    }

    @Test func since_leavesOutWhatWasSeen() async throws {
        try await ServerFixture.with { server in
            let id = try await submit("short", server)
            try await finish(id, server)
            let answer = try await server.get("/api/project/main/runs/\(id)/events?since=2")
            #expect(answer.text.split(separator: "\n\n").count == 1)
            let nothing = try await server.get("/api/project/main/runs/\(id)/events?since=99")
            #expect(nothing.text.isEmpty)
        }
    }

    @Test func live_eventsFollowTheHistory_onceEach() async throws {
        try await ServerFixture.with { server in
            let id = try await submit("live", server)
            let stream = EventStream(store: server.store, scope: .run(id: id))
            let (told, tells) = AsyncStream.makeStream(of: EventRecord.self)
            let reader = Task {
                try await stream.run(since: 0, follows: true) { item in
                    if case .event(let event) = item { tells.yield(event) }
                }
                tells.finish()
            }
            var statuses: [String?] = []
            for await event in told {
                statuses.append(event.draft.to)
                if statuses.count == 2 { try await finish(id, server) }
            }
            try await reader.value
            #expect(statuses == ["submitted", "submitted", "done"])
        }
    }

    @Test func since_whenNegative_leavesOutTheHistory() async throws {
        try await ServerFixture.with { server in
            let id = try await submit("live", server)
            var stream = EventStream(store: server.store, scope: .run(id: id))
            // No other sign of life than the first.
            stream.heartbeat = .seconds(3600)
            let (told, tells) = AsyncStream.makeStream(of: EventStream.Item.self)
            let reader = Task { [stream] in
                try await stream.run(since: -1, follows: true) { tells.yield($0) }
                tells.finish()
            }
            var items: [EventStream.Item] = []
            for await item in told {
                items.append(item)
                if items.count == 1 { try await finish(id, server) }
            }
            try await reader.value
            guard items.count == 2, items[0] == .heartbeat, case .event(let event) = items[1] else {
                Issue.record("not a heartbeat and one event: \(items)")
                return
            }
            #expect(event.draft.to == "done")
        }
    }

    @Test func list_tellsTargetsAndActors() async throws {
        try await ServerFixture.with { server in
            let id = try await submit("listed", server)
            let answer = try await server.post("/api/events/list", #"{"within_runs":["\#(id)"]}"#)
            guard case .array(let events) = try answer.json else {
                Issue.record("no list: \(answer.text)")
                return
            }
            #expect(events.count == 2)
            #expect(events.last?["actor_user"] == "admin")
            guard case .array(let targets)? = events.last?["targets"] else {
                Issue.record("no targets: \(answer.text)")
                return
            }
            #expect(targets[0]["type"] == "run")
            #expect(targets[0]["name"] == "listed")
            #expect(targets[0]["project_name"] == "main")
            let none = try await server.post("/api/events/list", #"{"target_volumes":["\#(id)"]}"#)
            #expect(none.text == "[]")
        }
    }
}
