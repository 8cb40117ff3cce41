import Store
import Testing
import Wire

@testable import Server

/// Which requests tell which events, and who sees them.
@Suite struct EventOriginTests {
    /// The events that a list shows, oldest first: each as `type name: message (actor)`.
    private static func events(
        _ filter: String, _ server: ServerFixture, token: String? = ServerFixture.adminToken
    ) async throws -> [String] {
        let answer = try await server.post("/api/events/list", "{\"ascending\":true,\(filter)}", token: token)
        try #require(answer.status == 200, "\(answer.text)")
        return try [Event](json: Array(answer.text.utf8)).map { event in
            let targets = event.targets.map { "\($0.type) \($0.name)" }.joined(separator: ", ")
            return "\(targets): \(event.message) (\(event.actorUser ?? "system"))"
        }
    }

    private static func id(of user: String, _ server: ServerFixture) async throws -> String {
        try #require(try await server.store.user(named: user)).id
    }

    @Test func users_tellWhatBecomesOfThem_onceEach() async throws {
        try await ServerFixture.with { server in
            let token = try await server.user("eve")
            let id = try await Self.id(of: "eve", server)
            for (path, body, status) in [
                ("create", #"{"username":"eve","global_role":"user"}"#, 400),
                ("update", #"{"username":"eve","global_role":"user","email":"e@x.org"}"#, 200),
                ("update", #"{"username":"eve","global_role":"user","email":"e@x.org"}"#, 200),
                ("update", #"{"username":"eve","global_role":"admin","active":false}"#, 200),
                ("update", #"{"username":"eve","global_role":"user"}"#, 200),
                ("update", #"{"username":"nobody","global_role":"user"}"#, 400),
                ("refresh_ssh_key", #"{"username":"eve"}"#, 200), ("delete", #"{"users":["eve","nobody"]}"#, 400),
            ] {
                let answer = try await server.post("/api/users/\(path)", body)
                #expect(answer.status == status, "\(path): \(answer.text)")
            }
            let own = try await server.post("/api/users/refresh_token", #"{"username":"eve"}"#, token: token)
            #expect(own.status == 200)
            #expect(try await server.post("/api/users/delete", #"{"users":["eve"]}"#).status == 200)
            #expect(
                try await Self.events(#""target_users":["\#(id)"]"#, server) == [
                    "user eve: User created (admin)", "user eve: User updated. Updated fields: email (admin)",
                    "user eve: User updated. Updated fields: <none> (admin)",
                    "user eve: User updated. Updated fields: global_role=admin, email, active=False (admin)",
                    "user eve: User updated. Updated fields: global_role=user, active=True (admin)",
                    "user eve: User SSH key refreshed (admin)", "user eve: User token refreshed (eve)",
                    "user eve: User deleted (admin)",
                ])
            let listed = try await server.post("/api/events/list", #"{"target_users":["\#(id)"],"limit":1}"#)
            guard case .array(let found) = try listed.json else { return }
            #expect(
                found.map { $0["targets"] } == [
                    [
                        [
                            "type": "user", "project_id": .null, "project_name": .null, "is_project_deleted": .null,
                            "id": .string(id), "name": "eve",
                        ]
                    ]
                ])
            #expect(!listed.text.contains("e@x.org"))
        }
    }

    @Test func secrets_tellWhatBecomesOfThem_onceEach_andNoValue() async throws {
        try await ServerFixture.with { server in
            func post(_ path: String, _ body: String) async throws -> ServerFixture.Answer {
                try await server.post("/api/project/main/secrets/\(path)", body)
            }
            let saved = try await post("create_or_update", #"{"name":"TOKEN","value":"first"}"#)
            guard case .string(let id)? = try saved.json["id"] else { throw APIError.resourceNotExists(saved.text) }
            for value in ["first", "second", "second"] {
                let answer = try await post("create_or_update", #"{"name":"TOKEN","value":"\#(value)"}"#)
                #expect(try answer.json == ["id": .string(id), "name": "TOKEN", "value": .string(value)])
            }
            #expect(try await post("delete", #"{"secrets_names":["TOKEN","OTHER"]}"#).status == 400)
            #expect(try await post("get", #"{"name":"TOKEN"}"#).json["value"] == "second")
            #expect(try await post("delete", #"{"secrets_names":["TOKEN"]}"#).status == 200)
            let told = [
                "secret TOKEN: Secret created (admin)", "secret TOKEN: Secret updated (admin)",
                "secret TOKEN: Secret deleted (admin)",
            ]
            #expect(try await Self.events(#""target_secrets":["\#(id)"]"#, server) == told)
            #expect(try await Self.events(#""include_target_types":["secret"]"#, server) == told)
            let all = try await server.post("/api/events/list", "{}")
            #expect(!all.text.contains("first") && !all.text.contains("second"))
            // The project's stream tells them in words that clients of all releases know.
            let stream = try await server.get("/api/project/main/events").text
            #expect(stream.split(separator: "\n\n").count == 3)
            #expect(stream.split(separator: "\n\n").allSatisfy { $0.contains(#""kind":"note""#) })
        }
    }

    @Test func events_areSeenByMembers_andThoseOfAUserByItselfAndAdmins() async throws {
        try await ServerFixture.with { server in
            let (member, other) = (try await server.user("member"), try await server.user("other"))
            _ = try await server.post(
                "/api/projects/main/add_members", #"{"members":[{"username":"member","project_role":"user"}]}"#)
            _ = try await server.post(
                "/api/project/main/secrets/create_or_update", #"{"name":"TOKEN","value":"first"}"#)
            let all = #""limit":100"#
            let (own, secret) = ("user member: User created (admin)", "secret TOKEN: Secret created (admin)")
            #expect(try await Self.events(all, server, token: member) == [own, secret])
            #expect(try await Self.events(all, server, token: other) == ["user other: User created (admin)"])
            #expect(try await Self.events(all, server).count == 3)
            let id = try await Self.id(of: "member", server)
            #expect(try await Self.events(#""target_users":["\#(id)"]"#, server, token: other) == [])
            #expect(try await Self.events(#""target_users":["\#(id)"]"#, server, token: member) == [own])
        }
    }
}
