import Testing

@testable import AgentClient

@Suite struct AgentResponseStreamTests {
    private let client = AgentHTTPClient()
    private let get = AgentRequest(.get, "/api/stream")

    @Test func next_givesEveryByteAndThenNil() async throws {
        let agent = try await ScriptedAgent.start([.flood(bytes: 3_000_000), .answer(ok("next"))])
        let stream = try await client.stream(get, from: agent.address, headWithin: .seconds(120))
        #expect(stream.status == 200)
        var total = 0
        while let piece = try await stream.next() { total += piece.readableBytes }
        #expect(total == 3_000_000)
        #expect(try await stream.next() == nil)
        // Its connection serves the next request, and dropping the old stream does no harm to it.
        stream.cancel()
        #expect(try await client.send(get, to: agent.address, within: .seconds(120)).text == "next")
        #expect(agent.connections == 1)
        try await agent.stop()
    }

    @Test func next_whenReaderPauses_holdsTheAgentBack() async throws {
        let agent = try await ScriptedAgent.start([.flood(bytes: 64 << 20)])
        let stream = try await client.stream(get, from: agent.address, headWithin: .seconds(120))
        var total = 0
        while total < 1 << 20, let piece = try await stream.next() { total += piece.readableBytes }
        // Socket buffers on loopback hold a few MB at most; all 64 would have gone without back-pressure.
        #expect(agent.flooded < 32 << 20)
        stream.cancel()
        try await agent.stop()
    }

    @Test func next_whenAgentFallsSilent_meetsTheSilenceLimit() async throws {
        let agent = try await ScriptedAgent.start([.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")])
        let stream = try await client.stream(
            get, from: agent.address, headWithin: .seconds(120), silence: .milliseconds(50))
        #expect(try await stream.next().map { String(buffer: $0) } == "abc")
        let error = await #expect(throws: AgentHTTPError.self) { try await stream.next() }
        #expect(error?.code == .deadlineExceeded)
        try await agent.stop()
    }

    @Test func cancel_whileNextWaits_endsIt() async throws {
        let agent = try await ScriptedAgent.start([.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")])
        let stream = try await client.stream(get, from: agent.address, headWithin: .seconds(120))
        let reader = Task { try await stream.next() }
        stream.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        try await agent.stop()
    }
}
