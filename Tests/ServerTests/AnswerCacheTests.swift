import NIOCore
import Testing

@testable import Server

@Suite struct AnswerCacheTests {
    private func question(_ text: String) -> AnswerCache.Question {
        .init(path: "/p", userID: "u", body: ByteBuffer(string: text))
    }

    @Test func answer_isGiven_untilSomethingIsWritten() {
        let cache = AnswerCache()
        cache.keep(ByteBuffer(string: "a"), to: question("q"), generation: 4)
        #expect(cache.answer(to: question("q"), generation: 4) == ByteBuffer(string: "a"))
        #expect(cache.answer(to: question("other"), generation: 4) == nil)
        #expect(cache.answer(to: question("q"), generation: 5) == nil)
    }

    @Test func answer_thatAWriteOvertook_isNotKept() {
        let cache = AnswerCache()
        cache.keep(ByteBuffer(string: "new"), to: question("q"), generation: 5)
        cache.keep(ByteBuffer(string: "old"), to: question("q"), generation: 4)
        #expect(cache.answer(to: question("q"), generation: 5) == ByteBuffer(string: "new"))
    }

    @Test func bytes_areBounded() {
        let cache = AnswerCache(limit: 1000)
        cache.keep(ByteBuffer(repeating: 1, count: 500), to: question("a"), generation: 1)
        cache.keep(ByteBuffer(repeating: 1, count: 500), to: question("b"), generation: 1)
        #expect(cache.answer(to: question("a"), generation: 1) == nil)
        #expect(cache.answer(to: question("b"), generation: 1) != nil)
        cache.keep(ByteBuffer(repeating: 1, count: 2000), to: question("c"), generation: 1)
        #expect(cache.answer(to: question("c"), generation: 1) == nil)
    }

    @Test func lists_areFreshAfterEachWrite() async throws {
        try await ServerFixture.with { server in
            #expect(try await server.post("/api/runs/list", "{}").text == "[]")
            for number in 1...3 {
                let spec = RunRouteTests.spec("run-\(number)")
                _ = try await server.post(
                    "/api/project/main/runs/apply", #"{"plan":{"run_spec":\#(spec)},"force":false}"#)
                guard case .array(let runs) = try await server.post("/api/runs/list", "{}").json else { return }
                #expect(runs.count == number)
                let again = try await server.post("/api/runs/list", "{}")
                #expect(try again.json == .array(runs))
            }
        }
    }

    @Test func keptAnswers_areForTheirUserOnly() async throws {
        try await ServerFixture.with { server in
            let token = try await server.user("eve")
            _ = try await server.post("/api/projects/list")
            #expect(try await server.post("/api/projects/list", token: token).text == "[]")
            #expect(try await server.post("/api/projects/list", token: "nope").status == 403)
            #expect(try await server.post("/api/projects/list", version: "9.0.0").status == 400)
            #expect(try await server.post("/api/projects/list", "{", version: "9.0.0").status == 422)
        }
    }
}
