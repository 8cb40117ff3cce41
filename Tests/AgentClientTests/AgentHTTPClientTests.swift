import Testing

@testable import AgentClient

@Suite struct AgentHTTPClientTests {
    private let client = AgentHTTPClient()
    private let get = AgentRequest(.get, "/api/healthcheck")

    @Test func send_whenAgentAnswersTwice_usesOneConnection() async throws {
        let agent = try await ScriptedAgent.start([.answer(ok("one")), .answer(ok("two"))])
        #expect(try await client.send(get, to: agent.address, within: .seconds(120)).text == "one")
        #expect(try await client.send(get, to: agent.address, within: .seconds(120)).text == "two")
        #expect(agent.connections == 1)
        try await agent.stop()
    }

    @Test func send_whenAgentSaysClose_opensAnother() async throws {
        let close = ok("one", headers: "Connection: close\r\n")
        let agent = try await ScriptedAgent.start([.answerAndClose(close), .answer(ok("two"))])
        #expect(try await client.send(get, to: agent.address, within: .seconds(120)).text == "one")
        #expect(try await client.send(get, to: agent.address, within: .seconds(120)).text == "two")
        #expect(agent.connections == 2)
        try await agent.stop()
    }

    @Test func send_whenKeptConnectionWasClosed_repeatsOnAFreshOne() async throws {
        let agent = try await ScriptedAgent.start([.answer(ok("one")), .hangUp, .answer(ok("two"))])
        #expect(try await client.send(get, to: agent.address, within: .seconds(120)).text == "one")
        #expect(try await client.send(get, to: agent.address, within: .seconds(120)).text == "two")
        #expect(agent.connections == 2)
        try await agent.stop()
    }

    @Test func send_whenPostIsCutOff_isNotRepeated() async throws {
        let agent = try await ScriptedAgent.start([.answer(ok("one")), .hangUp, .answer(ok("two"))])
        _ = try await client.send(get, to: agent.address, within: .seconds(120))
        let post = AgentRequest(.post, "/api/run", body: ByteBuffer(string: "{}\r\n\r\n"))
        let error = await #expect(throws: AgentHTTPError.self) {
            try await client.send(post, to: agent.address, within: .seconds(120))
        }
        #expect(error?.code == .connectionClosed)
        #expect(error?.requestMayHaveBeenHandled == true)
        try await agent.stop()
    }

    @Test func send_moreAtOnceThanAreKept_answersAll() async throws {
        let client = AgentHTTPClient(idlePerAddress: 1)
        let agent = try await ScriptedAgent.start(Array(repeating: .answer(ok("x")), count: 60))
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<60 {
                group.addTask { try await client.send(get, to: agent.address, within: .seconds(120)).text }
            }
            for try await text in group { #expect(text == "x") }
        }
        try await agent.stop()
    }

    @Test func send_whenNobodyListens_saysConnectFailed() async throws {
        let error = await #expect(throws: AgentHTTPError.self) {
            try await client.send(get, to: .unix(path: "/tmp/no-such-agent.sock"), within: .seconds(120))
        }
        #expect(error?.code == .connectFailed)
        #expect(error?.requestMayHaveBeenHandled == false)
    }

    @Test func send_whenAgentIsSilent_meetsTheDeadline() async throws {
        let agent = try await ScriptedAgent.start([.ignore])
        let error = await #expect(throws: AgentHTTPError.self) {
            try await client.send(get, to: agent.address, within: .milliseconds(50))
        }
        #expect(error?.code == .deadlineExceeded)
        try await agent.stop()
    }

    @Test func send_whenCancelled_throwsCancellation() async throws {
        let agent = try await ScriptedAgent.start([.ignore])
        let address = agent.address
        let task = Task { try await client.send(get, to: address, within: .seconds(60)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await agent.stop()
    }

    @Test func send_whenBodyIsOverTheLimit_saysSo() async throws {
        let agent = try await ScriptedAgent.start([.flood(bytes: 1 << 20)])
        let error = await #expect(throws: AgentHTTPError.self) {
            try await client.send(get, to: agent.address, within: .seconds(120), limit: 1000)
        }
        #expect(error?.code == .responseTooLarge)
        try await agent.stop()
    }

    @Test(arguments: ["this is not HTTP\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"])
    func send_whenAnswerIsNotHTTP_saysMalformed(_ answer: String) async throws {
        let agent = try await ScriptedAgent.start([.answer(answer)])
        let error = await #expect(throws: AgentHTTPError.self) {
            try await client.send(get, to: agent.address, within: .seconds(120))
        }
        #expect(error?.code == .malformedResponse)
        try await agent.stop()
    }

    @Test func send_whenBodyIsCutShort_saysClosed() async throws {
        let agent = try await ScriptedAgent.start([.answerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")])
        let error = await #expect(throws: AgentHTTPError.self) {
            try await client.send(get, to: agent.address, within: .seconds(120))
        }
        #expect(error?.code == .connectionClosed)
        try await agent.stop()
    }

    @Test func send_overUnixSocket_works() async throws {
        let path = "/tmp/agent-client-\(UInt64.random(in: 0 ... .max)).sock"
        let agent = try await ScriptedAgent.start(unixSocket: path, [.answer(ok("here"))])
        #expect(try await client.send(get, to: agent.address, within: .seconds(120)).text == "here")
        try await agent.stop()
    }

    @Test func shutdown_whileWaiting_failsTheRequest() async throws {
        let agent = try await ScriptedAgent.start([.answer(ok("one")), .ignore])
        _ = try await client.send(get, to: agent.address, within: .seconds(120))
        client.shutdown()
        let error = await #expect(throws: AgentHTTPError.self) {
            try await client.send(get, to: agent.address, within: .seconds(120))
        }
        #expect(error?.code == .clientClosed)
        try await agent.stop()
    }
}
