import Testing
import Wire

@testable import Server

/// One call of every route that the other suites do not call.
@Suite struct RouteTableTests {
    @Test(arguments: [
        "repos/list", "volumes/list", "gateways/list", "templates/list", "secrets/list", "fleets/list",
    ])
    func listsOfAProject_areEmptyAtFirst(_ path: String) async throws {
        try await ServerFixture.with { server in
            let answer = try await server.post("/api/project/main/\(path)")
            #expect(answer.status == 200)
            #expect(answer.text == "[]")
        }
    }

    @Test(arguments: ["volumes", "fleets", "instances", "runs", "events"])
    func listsOfAll_areEmptyAtFirst(_ kind: String) async throws {
        try await ServerFixture.with { server in
            let answer1 = try await server.post("/api/\(kind)/list", "{}")
            #expect(answer1.text == "[]")
            let answer2 = try await server.post("/api/\(kind)/list")
            #expect(answer2.status == 422)
        }
    }

    @Test(arguments: ["auth/list_providers", "backends/list_types"])
    func openLists(_ path: String) async throws {
        try await ServerFixture.with { server in
            let answer3 = try await server.post("/api/\(path)", token: nil)
            #expect(answer3.text == "[]")
        }
    }

    @Test func healthcheck() async throws {
        try await ServerFixture.with { server in
            let answer = try await server.get("/healthcheck", token: nil)
            #expect(answer.text == #"{"status":"running"}"#)
        }
    }

    @Test(arguments: [
        "volumes/create", "gateways/apply", "exports/create", "backends/create", "gpus/list",
    ])
    func whatIsNotServed_isRefusedByName(_ path: String) async throws {
        try await ServerFixture.with { server in
            let answer = try await server.post("/api/project/main/\(path)", "{}")
            #expect(answer.status == 400)
            #expect(answer.text.contains("'\(path)' is not served"))
            let answer4 = try await server.post("/api/project/main/\(path)", "{}", token: nil)
            #expect(answer4.status == 401)
        }
    }

    @Test func backends_areKnownButNotConfigured() async throws {
        try await ServerFixture.with { server in
            let known = try await server.post("/api/project/main/backends/aws/config_info")
            #expect(
                known.text == #"{"detail":[{"msg":"Backend not available","code":"backend_not_available"}]}"#)
            #expect(try await server.post("/api/project/main/backends/local/config_info").status == 422)
        }
    }

    @Test func repos_areSavedFoundAndDeleted() async throws {
        try await ServerFixture.with { server in
            let path = "/api/project/main/repos"
            let saved = try await server.post(
                "\(path)/init",
                #"{"repo_id":"y","repo_info":{"repo_type":"remote","repo_name":"n"},"#
                    + #""repo_creds":{"clone_url":"https://x/y","oauth_token":"t"}}"#)
            #expect(saved.text == "null")
            let found = try await server.post("\(path)/get", #"{"repo_id":"y","include_creds":true}"#)
            #expect(
                found.text
                    == #"{"repo_id":"y","repo_info":{"repo_type":"remote","repo_name":"n"},"#
                    + #""repo_creds":{"clone_url":"https://x/y","private_key":null,"oauth_token":"t"}}"#)
            let plain = try await server.post("\(path)/get", #"{"repo_id":"y","include_creds":false}"#)
            #expect(try plain.json["repo_creds"] == .null)
            _ = try await server.post("\(path)/delete", #"{"repos_ids":["y","none"]}"#)
            let answer5 = try await server.post("\(path)/get", #"{"repo_id":"y","include_creds":false}"#)
            #expect(answer5.status == 400)
            let odd = try await server.post("\(path)/init", #"{"repo_id":"y","repo_info":{"repo_type":"odd"}}"#)
            #expect(odd.status == 422)
            #expect(odd.text.contains("union_tag_invalid"))
        }
    }

    @Test func archives_areKeptOnce_andFoundByHash() async throws {
        try await ServerFixture.with { server in
            let form = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"h\"\r\n\r\nbytes\r\n--B--\r\n"
            let type = "multipart/form-data; boundary=B"
            let first = try await server.post("/api/files/upload_archive", form, contentType: type)
            #expect(first.status == 200)
            let again = try await server.post("/api/files/upload_archive", form, contentType: type)
            #expect(again.text == first.text)
            let found = try await server.post("/api/files/get_archive_by_hash", #"{"hash":"h"}"#)
            #expect(found.text == first.text)
            let other = try await server.post("/api/files/get_archive_by_hash", #"{"hash":"i"}"#)
            #expect(other.status == 400)
            let missing = try await server.post(
                "/api/files/upload_archive", form.replacing("\"file\"", with: "\"other\""), contentType: type)
            #expect(missing.status == 422)
        }
    }

    @Test func secrets_areForManagers() async throws {
        try await ServerFixture.with { server in
            let path = "/api/project/main/secrets"
            let saved = try await server.post("\(path)/create_or_update", #"{"name":"s","value":"v"}"#)
            #expect(try saved.json["value"] == "v")
            let listed = try await server.post("\(path)/list")
            #expect(!listed.text.contains("\"v\""))
            let answer6 = try await server.post("\(path)/get", #"{"name":"s"}"#)
            #expect(answer6.text == saved.text)
            let token = try await server.user("eve")
            _ = try await server.post(
                "/api/projects/main/add_members", #"{"members":[{"username":"eve","project_role":"user"}]}"#)
            let answer7 = try await server.post("\(path)/list", token: token)
            #expect(answer7.status == 403)
            let missing = try await server.post("\(path)/delete", #"{"secrets_names":["t"]}"#)
            #expect(
                missing.text == #"{"detail":[{"msg":"Secrets not found: t","code":"resource_not_exists"}]}"#)
            let answer8 = try await server.post("\(path)/delete", #"{"secrets_names":["s"]}"#)
            #expect(answer8.text == "null")
        }
    }

    @Test func tokens_areReplaced_andTheOldOneIsWorthNothing() async throws {
        try await ServerFixture.with { server in
            let old = try await server.user("eve")
            #expect(try await server.post("/api/users/get_my_user", token: old).status == 200)
            let answer = try await server.post("/api/users/refresh_token", #"{"username":"eve"}"#, token: old)
            guard case .string(let new)? = try answer.json["creds"]?["token"] else {
                Issue.record("no token: \(answer.text)")
                return
            }
            #expect(try await server.post("/api/users/get_my_user", token: old).status == 403)
            #expect(try await server.post("/api/users/get_my_user", token: new).status == 200)
            _ = try await server.post(
                "/api/users/update", #"{"username":"eve","global_role":"user","active":false}"#)
            #expect(try await server.post("/api/users/get_my_user", token: new).status == 403)
        }
    }

    @Test func publicProjects_canBeJoinedAndLeft() async throws {
        try await ServerFixture.with { server in
            let token = try await server.user("eve")
            let join = #"{"members":[{"username":"eve","project_role":"user"}]}"#
            #expect(try await server.post("/api/projects/main/add_members", join, token: token).status == 403)
            _ = try await server.post("/api/projects/main/update", #"{"is_public":true}"#)
            let asAdmin = #"{"members":[{"username":"eve","project_role":"admin"}]}"#
            #expect(try await server.post("/api/projects/main/add_members", asAdmin, token: token).status == 403)
            #expect(try await server.post("/api/projects/main/add_members", join, token: token).status == 200)
            let leave = #"{"usernames":["eve"]}"#
            #expect(try await server.post("/api/projects/main/remove_members", leave, token: token).status == 200)
        }
    }

    @Test func metrics_ofAnUnknownRun() async throws {
        try await ServerFixture.with { server in
            let answer = try await server.get("/api/project/main/metrics/job/zz")
            #expect(
                answer.text
                    == #"{"detail":[{"msg":"Found no job with given parameters","code":"resource_not_exists"}]}"#)
        }
    }
}
