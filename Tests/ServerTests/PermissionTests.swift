import Configurations
import Testing
import Wire

@testable import Server

/// What `default_permissions` let users do who are no admins.
@Suite struct PermissionTests {
    private static let strict: DefaultPermissions = {
        var permissions = DefaultPermissions()
        permissions.canCreateProjects = false
        permissions.canManageSSHFleets = false
        permissions.canManagersManageSecrets = true
        return permissions
    }()

    @Test(arguments: [(DefaultPermissions(), 200), (strict, 403)])
    func projects_areCreatedByUsers_whereTheyMay(_ permissions: DefaultPermissions, _ status: Int) async throws {
        try await ServerFixture.with(permissions: permissions) { server in
            let token = try await server.user("eve")
            let answer = try await server.post("/api/projects/create", #"{"project_name":"own"}"#, token: token)
            #expect(answer.status == status, "\(answer.text)")
            let own = try await server.post("/api/users/get_my_user", token: token)
            #expect(try own.json["permissions"] == ["can_create_projects": .bool(status == 200)])
            let admin = try await server.post("/api/projects/create", #"{"project_name":"admins"}"#)
            #expect(admin.status == 200)
        }
    }

    @Test(arguments: [(DefaultPermissions(), 403), (strict, 200)])
    func secrets_areTheManagers_whereTheyMay(_ permissions: DefaultPermissions, _ status: Int) async throws {
        try await ServerFixture.with(permissions: permissions) { server in
            let token = try await server.user("eve")
            let members = try await server.post(
                "/api/projects/main/add_members", #"{"members":[{"username":"eve","project_role":"manager"}]}"#)
            #expect(members.status == 200, "\(members.text)")
            let isAllowed = status == 200
            guard case .array(let listed)? = try members.json["members"] else { return }
            #expect(
                listed.last?["permissions"] == [
                    "can_manage_ssh_fleets": .bool(!isAllowed), "can_manage_secrets": .bool(isAllowed),
                ])
            for (path, body) in [
                ("list", nil), ("create_or_update", #"{"name":"a","value":"b"}"#), ("get", #"{"name":"a"}"#),
                ("delete", #"{"secrets_names":["a"]}"#),
            ] {
                let answer = try await server.post("/api/project/main/secrets/\(path)", body, token: token)
                #expect(answer.status == status, "\(path): \(answer.text)")
                #expect(try await server.post("/api/project/main/secrets/list").status == 200)
            }
        }
    }

    @Test func projects_tellWhatBecomesOfThem_inEvents() async throws {
        try await ServerFixture.with { server in
            _ = try await server.post("/api/projects/create", #"{"project_name":"other"}"#)
            _ = try await server.post("/api/projects/other/update", "{}")
            _ = try await server.post("/api/projects/other/update", #"{"is_public":true}"#)
            #expect(try await server.post("/api/projects/create", #"{"project_name":"other"}"#).status == 400)
            #expect(try await server.post("/api/projects/delete", #"{"projects_names":["other"]}"#).status == 200)
            let answer = try await server.post("/api/events/list", #"{"ascending":true}"#)
            guard case .array(let events) = try answer.json else { return }
            #expect(
                events.map { $0["message"] } == [
                    "Project created", "Project updated. Updated fields: <none>",
                    "Project updated. Updated fields: is_public=True", "Project deleted",
                ])
            #expect(events.allSatisfy { $0["actor_user"] == "admin" })
        }
    }
}
