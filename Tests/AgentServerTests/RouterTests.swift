import Testing

@testable import AgentServer

/// Paths, queries and what they lead to.
struct RouterTests {
    private static func router() -> Router {
        var router = Router()
        router.on(.GET, "/api/tasks") { _ in .text("all") }
        router.on(.GET, "/api/tasks/stream") { _ in .text("stream") }
        router.on(.GET, "/api/tasks/{id}") { .text("one \($0.parameters["id"])") }
        router.on(.POST, "/api/tasks/{id}/remove") { _ in .ok }
        router.onWebSocket("/logs_ws") { _, _ in }
        return router
    }

    @Test func pattern_takesAnyTextWithoutSlash() throws {
        #expect(try Self.router().handler(for: .GET, "/api/tasks/a-b").1["id"] == "a-b")
        #expect(try Self.router().handler(for: .POST, "/api/tasks/x/remove").1["id"] == "x")
        #expect(try Self.router().handler(for: .GET, "/api/tasks/x").1["other"] == "")
    }

    @Test func firstRoute_thatFits_wins() throws {
        #expect(try Self.router().handler(for: .GET, "/api/tasks/stream").1 == Parameters())
    }

    @Test(arguments: ["/", "/api", "/api/tasks/x/y", "/api/tasks/x/remove/z"])
    func unknownPath_is404(_ path: String) {
        #expect(throws: HTTPFailure(.notFound, "no such endpoint: '\(path)'")) {
            _ = try Self.router().handler(for: .GET, path)
        }
    }

    @Test func otherMethod_is405AndNamesThoseThatExist() {
        #expect(throws: HTTPFailure(.methodNotAllowed, "'/api/tasks' does not answer POST, but GET")) {
            _ = try Self.router().handler(for: .POST, "/api/tasks")
        }
    }

    @Test func webSocketPath_withoutUpgrade_is426() {
        #expect(throws: HTTPFailure(.upgradeRequired, "'/logs_ws' speaks WebSocket only")) {
            _ = try Self.router().handler(for: .GET, "/logs_ws")
        }
    }

    @Test func query_isDecoded() throws {
        let query = Query("a=1&b=x+y%2Fz&empty=&flag&a=2&bad=%zz")
        #expect(query["a"] == "1")
        #expect(query["b"] == "x y/z")
        #expect(query["empty"] == "")
        #expect(query["flag"] == "")
        #expect(query["bad"] == "%zz")
        #expect(query["none"] == nil)
        #expect(try query.integer("a", default: 7) == 1)
        #expect(try query.integer("none", default: 7) == 7)
    }

    @Test(arguments: ["b", "empty", "big"])
    func queryNumber_thatIsNone_is400(_ name: String) {
        let query = Query("b=x&empty=&big=99999999999999999999")
        #expect(throws: HTTPFailure.self) { try query.integer(name, default: Int64(0)) }
    }
}
