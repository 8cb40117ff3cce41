import FoundationEssentials
import AgentClient
import NIOCore
import NIOPosix
import Testing

@testable import AgentServer

/// The server over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct AgentServerTests {
    private struct Body: Codable, Equatable {
        var name: String
        var count: Int
    }

    private static func router(streaming: AsyncStream<Void>.Continuation) -> Router {
        var router = Router()
        router.on(.POST, "/echo") { request in
            let body: Body = try await request.body.json(limit: 1000)
            return try .json(body)
        }
        router.on(.POST, "/ignore") { _ in .text("done") }
        router.on(.GET, "/broken") { _ in throw CocoaError(.fileNoSuchFile) }
        router.on(.GET, "/chunks") { _ in
            .stream(contentType: "text/plain") { writer in
                for number in 1...3 { try await writer.write(ByteBuffer(string: "\(number)\n")) }
            }
        }
        router.on(.GET, "/endless") { _ in
            .stream(contentType: "text/plain") { writer in
                try await writer.write(ByteBuffer(string: "first\n"))
                // Nothing is ever sent on it: it ends when the task is cancelled.
                for await _ in AsyncStream<Void>.makeStream().stream {}
                streaming.finish()
            }
        }
        return router
    }

    /// Runs a server on a free port, or on `address`, for `body`.
    private static func with(
        _ address: ListenAddress = .tcp(host: "127.0.0.1", port: 0),
        router: Router, _ body: (AgentAddress, AgentHTTPClient) async throws -> Void
    ) async throws {
        let server = AgentServer(router: router)
        let listening = try await server.listen(on: address)
        let serving = Task { try await server.serve(listening) }
        let client = AgentHTTPClient()
        let target: AgentAddress =
            switch address {
            case .unix(let path): .unix(path: path)
            case .tcp, .descriptor: .tcp(ip: "127.0.0.1", port: listening.port ?? 0)
            }
        let result: Result<Void, any Error>
        do { result = .success(try await body(target, client)) } catch { result = .failure(error) }
        client.shutdown()
        serving.cancel()
        _ = await serving.result
        try await server.shutDown()
        try result.get()
    }

    private static func post(_ target: String, _ body: String) -> AgentRequest {
        AgentRequest(.post, target, body: ByteBuffer(string: body))
    }

    @Test func json_goesInAndOut() async throws {
        try await Self.with(router: Self.router(streaming: AsyncStream.makeStream().continuation)) { address, client in
            let answer = try await client.send(
                Self.post("/echo", #"{"name":"a/b","count":3}"#), to: address, within: .seconds(120))
            #expect(answer.status == 200)
            #expect(answer.head.header("content-type") == "application/json")
            #expect(answer.text == "{\"count\":3,\"name\":\"a/b\"}\n")
        }
    }

    @Test(arguments: [
        (#"{"name":"a"}"#, 400, "field 'count' is missing"), (#"{"name":1,"count":1}"#, 400, "at 'name'"),
        ("not json", 400, "body"), ("", 400, "is empty"),
        (String(repeating: "x", count: 2000), 413, "larger than 1000 bytes"),
    ])
    func badBody_isRefusedInWords(_ body: String, _ status: Int, _ words: String) async throws {
        try await Self.with(router: Self.router(streaming: AsyncStream.makeStream().continuation)) { address, client in
            let answer = try await client.send(Self.post("/echo", body), to: address, within: .seconds(120))
            #expect(answer.status == status)
            #expect(answer.text.contains(words), "\(answer.text)")
            // The connection, or a new one, serves on.
            let next = try await client.send(AgentRequest(.get, "/chunks"), to: address, within: .seconds(120))
            #expect(next.text == "1\n2\n3\n")
        }
    }

    @Test(arguments: [("/chunks", 200), ("/nowhere", 404)])
    func anUpgradeThatNobodyTakes_isARequestLikeAnother(_ path: String, _ status: Int) async throws {
        try await Self.with(router: Self.router(streaming: AsyncStream.makeStream().continuation)) { address, client in
            let asked = AgentRequest(
                .get, path, headers: [.init("Upgrade", "websocket"), .init("Sec-WebSocket-Version", "13")])
            let answer = try await client.send(asked, to: address, within: .seconds(50))
            #expect(answer.status == status)
        }
    }

    /// The handler that takes over gets the connection's bytes from the head on.
    @Test func anUpgrade_handsTheConnectionOver() async throws {
        var router = Router()
        router.on(.GET, "/echo") { request in
            guard request.upgrade == "echo" else { throw HTTPFailure(.upgradeRequired) }
            return .upgrade(to: "echo") { channel in
                try channel.pipeline.syncOperations.addHandler(Echo(), position: .first)
            }
        }
        try await Self.with(router: router) { address, client in
            let plain = try await client.send(AgentRequest(.get, "/echo"), to: address, within: .seconds(50))
            #expect(plain.status == 426)
            guard case .tcp(let ip, let port) = address else { return }
            let (answers, answered) = AsyncStream<String>.makeStream()
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Collector(answered))
                    }
                }
                .connect(host: ip, port: port).get()
            try await channel.writeAndFlush(
                ByteBuffer(string: "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: Echo\r\n\r\n"))
            var seen = ""
            for await text in answers {
                seen += text
                if seen.hasSuffix("\r\n\r\n") { try await channel.writeAndFlush(ByteBuffer(string: "hello")) }
                if seen.hasSuffix("hello") { break }
            }
            #expect(seen.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            try await channel.close()
        }
    }

    @Test func unreadBody_isSkipped() async throws {
        try await Self.with(router: Self.router(streaming: AsyncStream.makeStream().continuation)) { address, client in
            for _ in 1...3 {
                let answer = try await client.send(
                    Self.post("/ignore", String(repeating: "y", count: 300_000)), to: address, within: .seconds(120))
                #expect(answer.text == "done")
            }
        }
    }

    @Test func stream_isCancelledWhenTheClientLeaves() async throws {
        let (left, leaving) = AsyncStream<Void>.makeStream()
        try await Self.with(router: Self.router(streaming: leaving)) { address, client in
            let stream = try await client.stream(
                AgentRequest(.get, "/endless"), from: address, headWithin: .seconds(120))
            #expect(try await stream.next().map { String(buffer: $0) } == "first\n")
            stream.cancel()
            for await _ in left {}
        }
    }

    @Test func handlerThatThrows_isA500InWords() async throws {
        try await Self.with(router: Self.router(streaming: AsyncStream.makeStream().continuation)) { address, client in
            let answer = try await client.send(AgentRequest(.get, "/broken"), to: address, within: .seconds(120))
            #expect(answer.status == 500)
            #expect(!answer.text.isEmpty)
        }
    }

    @Test func unixSocket_serves_andALiveOneIsNotTaken() async throws {
        let path = "/tmp/dstack-agent-server-\(UUID().uuidString.prefix(8)).sock"
        let router = Self.router(streaming: AsyncStream.makeStream().continuation)
        try await Self.with(.unix(path: path), router: router) { address, client in
            let answer = try await client.send(AgentRequest(.get, "/chunks"), to: address, within: .seconds(120))
            #expect(answer.text == "1\n2\n3\n")
            let second = AgentServer(router: Router())
            await #expect(throws: AgentServerError.socketInUse(path: path)) {
                _ = try await second.listen(on: .unix(path: path))
            }
            try await second.shutDown()
        }
        // What a dead server leaves is replaced.
        try await Self.with(.unix(path: path), router: router) { address, client in
            let answer = try await client.send(AgentRequest(.get, "/chunks"), to: address, within: .seconds(120))
            #expect(answer.status == 200)
        }
    }

    @Test func fileThatIsNoSocket_isLeftAlone() async throws {
        let path = "/tmp/dstack-agent-server-\(UUID().uuidString.prefix(8)).txt"
        try Data("precious".utf8).write(to: URL(filePath: path))
        defer { do { try FileManager.default.removeItem(atPath: path) } catch { print("left behind: \(error)") } }
        let server = AgentServer(router: Router())
        await #expect(throws: AgentServerError.notASocket(path: path)) {
            _ = try await server.listen(on: .unix(path: path))
        }
        try await server.shutDown()
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("precious".utf8))
    }

    @Test func name_isNotResolved() async throws {
        let server = AgentServer(router: Router())
        await #expect(throws: AgentServerError.notAnAddress("localhost")) {
            _ = try await server.listen(on: .tcp(host: "localhost", port: 0))
        }
        try await server.shutDown()
    }

    @Test func portInUse_isTold() async throws {
        try await Self.with(router: Router()) { address, _ in
            guard case .tcp(_, let port) = address else { return }
            let second = AgentServer(router: Router())
            do {
                _ = try await second.listen(on: .tcp(host: "127.0.0.1", port: port))
                Issue.record("the port was taken twice")
            } catch let error as AgentServerError {
                #expect(error.description.hasPrefix("cannot listen on '127.0.0.1:\(port)'"))
            }
            try await second.shutDown()
        }
    }
}

private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = IOData

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(unwrapInboundIn(data))), promise: nil)
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let collected: AsyncStream<String>.Continuation

    init(_ collected: AsyncStream<String>.Continuation) {
        self.collected = collected
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        collected.yield(String(buffer: unwrapInboundIn(data)))
    }
}
