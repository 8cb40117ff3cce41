import Testing
import Wire

@testable import Server

/// Status and body of errors, byte for byte as dstack 0.22.5's server gives them.
@Suite struct ErrorShapeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var path: String
        var body: String?
        var token: String? = ServerFixture.adminToken
        var version: String?
        var status: Int
        var answer: String

        var testDescription: String { "\(path) \(body ?? "")" }
    }

    static let cases: [Case] = [
        // The version.
        Case(
            path: "/api/server/get_info", version: "0.23.0", status: 400,
            answer: #"{"detail":[{"msg":"The client/CLI version (0.23.0) is incompatible with the server version "#
                + #"(0.22.5).","code":"error"}]}"#),
        Case(
            path: "/api/server/get_info", version: "foo", status: 400,
            answer: #"{"detail":[{"msg":"Invalid version: foo","code":null}]}"#),
        Case(path: "/api/server/get_info", version: "latest", status: 200, answer: #"{"server_version":"0.22.5"}"#),
        Case(path: "/api/server/get_info", version: "0.22.9", status: 200, answer: #"{"server_version":"0.22.5"}"#),
        Case(path: "/api/server/get_info", version: "0.19.1", status: 200, answer: #"{"server_version":"0.22.5"}"#),
        // The token.
        Case(
            path: "/api/users/get_my_user", token: nil, status: 401, answer: #"{"detail":"Not authenticated"}"#),
        Case(
            path: "/api/users/get_my_user", token: "nope", status: 403,
            answer: #"{"detail":{"msg":"Invalid token","code":null}}"#),
        // The order: JSON, then version, then token, then fields.
        Case(
            path: "/api/users/get_user", body: "{", token: nil, version: "0.99.0", status: 422,
            answer: #"{"detail":[{"type":"json_invalid","loc":["body",1],"msg":"JSON decode error","input":{},"#
                + #""ctx":{"error":"Expecting property name enclosed in double quotes"}}]}"#),
        Case(
            path: "/api/users/get_user", body: "{}", token: nil, version: "foo", status: 400,
            answer: #"{"detail":[{"msg":"Invalid version: foo","code":null}]}"#),
        Case(
            path: "/api/users/get_user", body: "{}", token: nil, status: 401,
            answer: #"{"detail":"Not authenticated"}"#),
        // The fields.
        Case(
            path: "/api/users/get_user", body: "{}", status: 422,
            answer: #"{"detail":[{"type":"missing","loc":["body","username"],"msg":"Field required","input":{}}]}"#),
        Case(
            path: "/api/users/get_user", body: #"{"username": 1, "x": 2}"#, status: 422,
            answer: #"{"detail":[{"type":"extra_forbidden","loc":["body","x"],"msg":"Extra inputs are not permitted","#
                + #""input":2}]}"#),
        Case(
            path: "/api/users/get_user", status: 422,
            answer: #"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":null}]}"#),
        Case(
            path: "/api/users/get_user", body: "[1]", status: 422,
            answer: #"{"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid "#
                + #"dictionary or object to extract fields from","input":[1]}]}"#),
        Case(
            path: "/api/users/get_user", body: #"{"username":null}"#, status: 422,
            answer: #"{"detail":[{"type":"string_type","loc":["body","username"],"msg":"Input should be a valid "#
                + #"string","input":null}]}"#),
        Case(
            path: "/api/users/list", body: #"{"limit":1.5}"#, status: 422,
            answer: #"{"detail":[{"type":"int_from_float","loc":["body","limit"],"msg":"Input should be a valid "#
                + #"integer, got a number with a fractional part","input":1.5}]}"#),
        Case(
            path: "/api/users/list", body: #"{"limit":-1}"#, status: 422,
            answer: #"{"detail":[{"type":"greater_than_equal","loc":["body","limit"],"msg":"Input should be greater "#
                + #"than or equal to 0","input":-1,"ctx":{"ge":0}}]}"#),
        Case(
            path: "/api/users/list", body: #"{"name_pattern":"$"}"#, status: 422,
            answer: #"{"detail":[{"type":"string_pattern_mismatch","loc":["body","name_pattern"],"msg":"String "#
                + #"should match pattern '^[a-zA-Z0-9-_]*$'","input":"$","ctx":{"pattern":"^[a-zA-Z0-9-_]*$"}}]}"#),
        Case(
            path: "/api/users/create", body: #"{"username":"bc","global_role":"king"}"#, status: 422,
            answer: #"{"detail":[{"type":"enum","loc":["body","global_role"],"msg":"Input should be 'admin' or "#
                + #"'user'","input":"king","ctx":{"expected":"'admin' or 'user'"}}]}"#),
        Case(
            path: "/api/projects/main/add_members",
            body: #"{"members":[{"username":"bob","project_role":"lord"}]}"#, status: 422,
            answer: #"{"detail":[{"type":"enum","loc":["body","members",0,"project_role"],"msg":"Input should be "#
                + #"'admin', 'manager' or 'user'","input":"lord","ctx":{"expected":"'admin', 'manager' or 'user'"}}]}"#),
        // The paths.
        Case(path: "/api/nothing", status: 405, answer: #"{"detail":"Method Not Allowed"}"#),
        Case(
            path: "/api/projects/nope/get", status: 404, answer: #"{"detail":{"msg":"Not found","code":null}}"#),
        // What exists, and what does not.
        Case(
            path: "/api/users/get_user", body: #"{"username":"zz"}"#, status: 400,
            answer: #"{"detail":[{"msg":"Resource not found","code":"resource_not_exists"}]}"#),
        Case(
            path: "/api/users/create", body: #"{"username":"ADMIN","global_role":"user"}"#, status: 400,
            answer: #"{"detail":[{"msg":"Resource exists","code":"resource_exists"}]}"#),
        Case(
            path: "/api/users/create", body: #"{"username":"b b","global_role":"user"}"#, status: 400,
            answer: #"{"detail":[{"msg":"Username should match regex '^[a-zA-Z0-9-_]{1,60}$'","code":"error"}]}"#),
        Case(
            path: "/api/users/delete", body: #"{"users":["admin"]}"#, status: 400,
            answer: #"{"detail":[{"msg":"User 'admin' cannot be deleted","code":"error"}]}"#),
        Case(
            path: "/api/users/delete", body: #"{"users":["noone"]}"#, status: 400,
            answer: #"{"detail":[{"msg":"Failed to delete non-existent users","code":"error"}]}"#),
        Case(
            path: "/api/projects/create", body: #"{"project_name":"MAIN"}"#, status: 400,
            answer: #"{"detail":[{"msg":"Resource exists","code":"resource_exists"}]}"#),
        Case(
            path: "/api/projects/delete", body: #"{"projects_names":["nope"]}"#, status: 400,
            answer: #"{"detail":[{"msg":"Failed to delete non-existent projects","code":"error"}]}"#),
        Case(
            path: "/api/projects/main/remove_members", body: #"{"usernames":["admin"]}"#, status: 400,
            answer: #"{"detail":[{"msg":"Cannot leave project: you are the last admin","code":"error"}]}"#),
    ]

    @Test(arguments: cases) func answersAsDstackDoes(_ expected: Case) async throws {
        try await ServerFixture.with { server in
            let answer = try await server.post(
                expected.path, expected.body, token: expected.token, version: expected.version)
            #expect(answer.status == expected.status)
            #expect(answer.text == expected.answer)
        }
    }

    @Test func textIsNoJSON_whateverItHolds() async throws {
        try await ServerFixture.with { server in
            let answer = try await server.post(
                "/api/users/get_user", #"{"username":"admin"}"#, contentType: "text/plain")
            #expect(answer.status == 422)
            #expect(try answer.json["detail"] != nil)
            #expect(answer.text.contains("model_attributes_type"))
        }
    }

    @Test func unknownGetPath_isNotFound() async throws {
        try await ServerFixture.with { server in
            let answer = try await server.get("/api/users/get_my_user")
            #expect(answer.status == 404)
            #expect(answer.text == #"{"detail":"Not Found"}"#)
        }
    }

    @Test func deepNesting_isRefusedWithoutATrace() async throws {
        try await ServerFixture.with { server in
            let body = String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000)
            let answer = try await server.post("/api/users/get_user", body)
            #expect(answer.status == 400)
            #expect(answer.text == #"{"detail":"There was an error parsing the body"}"#)
        }
    }
}
