import Testing
import Wire

@testable import Server

/// What a connection to a port of a run is refused for, and in which words.
@Suite struct TunnelRouteTests {
    static let tunnel = "/api/project/main/runs/web/tunnel"

    /// A server with the run `web`, which stays submitted.
    static func with(_ body: @escaping @Sendable (ServerFixture) async throws -> Void) async throws {
        try await ServerFixture.with { server in
            let spec = RunRouteTests.spec("web", #","ports":[8000,{"local_port":80,"container_port":9000}]"#)
            let answer = try await server.post(
                "/api/project/main/runs/apply", #"{"plan":{"run_spec":\#(spec)},"force":false}"#)
            #expect(answer.status == 200, "\(answer.text)")
            let specs = try answer.json["jobs"]?[0]?["job_spec"]?["app_specs"]
            #expect(specs?[0]?["port"] == 8000 && specs?[0]?["map_to_port"] == 8000)
            #expect(specs?[1]?["port"] == 9000 && specs?[1]?["map_to_port"] == 80)
            try await body(server)
        }
    }

    @Test func ports_areTold() async throws {
        try await Self.with { server async throws in
            let answer = try await server.get("/api/project/main/runs/web/ports")
            #expect(try answer.json == ["ports": [8000, 9000]])
            #expect(try await server.get("/api/project/main/runs/web/ports?job=1").status == 400)
            #expect(try await server.get("/api/project/main/runs/other/ports").status == 400)
        }
    }

    @Test(arguments: [
        ("?port=8000", 503, "Job web-0-0 is not running at the moment (submitted)"),
        ("?port=8000&replica=0&job=0", 503, "Job web-0-0 is not running at the moment (submitted)"),
        ("?port=8001", 400, "Port 8001 is not among the run's `ports` (8000, 9000)"),
        ("", 400, "port: give the number of one of the run's ports"),
        ("?port=8000&job=3", 400, "Run web has no job 3"),
        ("?port=8000&replica=2", 400, "Run web has no job 0 in replica 2"),
        ("?port=much", 422, "unable to parse string as an integer"),
    ]) func refusals(query: String, status: Int, words: String) async throws {
        try await Self.with { server async throws in
            let answer = try await server.upgrade(Self.tunnel + query)
            #expect(answer.status == status)
            #expect(answer.text.contains(words), "\(answer.text)")
        }
    }

    @Test func whoMayNot_isToldNothing() async throws {
        try await Self.with { server async throws in
            #expect(try await server.upgrade(Self.tunnel + "?port=8000", token: nil).status == 401)
            #expect(try await server.upgrade(Self.tunnel + "?port=8000", token: "nobody").status == 403)
            #expect(try await server.get("/api/project/main/runs/web/ports", token: nil).status == 401)
        }
    }

    @Test func whatIsNoWebSocket_isRefused() async throws {
        try await Self.with { server async throws in
            let answer = try await server.get(Self.tunnel + "?port=8000")
            #expect(answer.status == 426)
        }
    }

    @Test func theGate_countsWhatIsOpen() {
        let gate = TunnelGate(limit: 2)
        #expect(gate.enter() && gate.enter() && !gate.enter())
        gate.leave()
        #expect(gate.enter())
        #expect([10, 1024, 1_000_000].map(TunnelGate.limit(openFiles:)) == [2, 256, 1024])
    }
}

extension JSONValue {
    fileprivate subscript(index: Int) -> JSONValue? {
        guard case .array(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }
}
