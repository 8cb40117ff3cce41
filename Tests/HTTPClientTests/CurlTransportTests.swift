import Synchronization
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(1))) struct CurlTransportTests {
    let transport = CurlTransport()

    static func body(of response: HTTPResponse) async throws -> String {
        String(decoding: try await response.body.collect(upTo: 1 << 20), as: UTF8.self)
    }

    @Test func aRequestWithABodyArrivesWhole() async throws {
        let server = try ScriptedServer { connection in
            let head = connection.readHead()
            let body = connection.readBody(5)
            let echo = head + String(decoding: body, as: UTF8.self)
            connection.send("HTTP/1.1 201 Created\r\nX-Test: a b\r\nContent-Length: \(echo.utf8.count)\r\n\r\n\(echo)")
        }
        let request = HTTPRequest(
            method: "POST", url: server.url + "/api/x?y=1", headers: ["Authorization": "Bearer t"],
            body: Array("hello".utf8))
        let response = try await transport.send(request)
        #expect(response.status == 201)
        #expect(response.headers["x-test"] == "a b")
        let echo = try await Self.body(of: response)
        #expect(echo.hasPrefix("POST /api/x?y=1 HTTP/1.1\r\n"))
        #expect(echo.contains("\r\nAuthorization: Bearer t\r\n"))
        #expect(echo.contains("\r\nContent-Length: 5\r\n"))
        #expect(!echo.contains("Expect:"))
        #expect(echo.hasSuffix("\r\n\r\nhello"))
    }

    @Test func aPostWithoutABodyIsAPostOfLengthZero() async throws {
        let server = try ScriptedServer { connection in
            let head = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(head.utf8.count)\r\n\r\n\(head)")
        }
        let response = try await transport.send(HTTPRequest(method: "POST", url: server.url))
        let head = try await Self.body(of: response)
        #expect(head.hasPrefix("POST / HTTP/1.1\r\n"))
        #expect(head.contains("\r\nContent-Length: 0\r\n"))
    }

    @Test func aChunkedStreamComesPieceByPieceWhileItIsSent() async throws {
        // The server sends the second piece only once the client has seen the first.
        let gate = Gate()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            gate.wait()
            connection.send("3\r\ntwo\r\n0\r\n\r\n")
        }
        let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
        let body = response.body.makeAsyncIterator()
        #expect(try await body.next() == Array("one".utf8))
        gate.open()
        #expect(try await body.next() == Array("two".utf8))
        #expect(try await body.next() == nil)
    }

    @Test func anInterimResponseIsSkipped() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.send(
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        }
        let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
        #expect(response.status == 404)
        #expect(response.headers["Link"] == nil)
    }

    @Test func aStreamThatBreaksOffIsAnError() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        }
        let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
        let body = response.body.makeAsyncIterator()
        #expect(try await body.next() == Array("one".utf8))
        let error = await #expect(throws: HTTPError.self) { try await body.next() }
        #expect(error?.code == .connectionLost)
    }

    @Test func aSlowReaderHoldsTheSenderBack() async throws {
        // Far more than the client and both sockets may hold: the sender must block until it is read.
        let piece = [UInt8](repeating: 1, count: 1 << 20)
        let pieces = 64
        let sent = Mutex(0)
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(pieces << 20)\r\n\r\n")
            for _ in 0..<pieces {
                connection.send(piece)
                sent.withLock { $0 += 1 }
            }
        }
        let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
        let body = response.body.makeAsyncIterator()
        var received = try #require(try await body.next()).count
        // A second exchange on the same thread works while the first one is paused.
        let other = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 204 No Content\r\n\r\n")
        }
        for _ in 0..<20 {
            _ = try await transport.send(HTTPRequest(method: "GET", url: other.url))
        }
        #expect(sent.withLock { $0 } < pieces)
        while let next = try await body.next() {
            received += next.count
        }
        #expect(received == pieces << 20)
    }

    @Test func nobodyListening() async throws {
        let error = await #expect(throws: HTTPError.self) {
            try await transport.send(HTTPRequest(method: "GET", url: "http://127.0.0.1:1/"))
        }
        #expect(error?.code == .connectionFailed)
    }

    @Test(arguments: ["ftp://127.0.0.1/", "http://", "nothing at all"]) func aBadAddress(url: String) async {
        let error = await #expect(throws: HTTPError.self) {
            try await transport.send(HTTPRequest(method: "GET", url: url))
        }
        #expect(error?.code == .badRequest)
    }

    @Test func aLineBreakInAHeaderFieldIsRefused() async {
        let error = await #expect(throws: HTTPError.self) {
            try await transport.send(
                HTTPRequest(method: "GET", url: "http://127.0.0.1:1/", headers: ["A": "b\r\nC: d"]))
        }
        #expect(error?.code == .badRequest)
    }

    @Test func aServerThatSaysNothingTimesOut() async throws {
        let server = try ScriptedServer { $0.waitForClose() }
        var request = HTTPRequest(method: "GET", url: server.url)
        request.timeout = .milliseconds(150)
        let error = await #expect(throws: HTTPError.self) { try await transport.send(request) }
        #expect(error?.code == .timedOut)
    }

    @Test func cancellingTheSenderEndsTheExchange() async throws {
        let gate = Gate()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            gate.open()
            connection.waitForClose()
        }
        let task = Task { try await transport.send(HTTPRequest(method: "GET", url: server.url)) }
        await gate.opened()
        task.cancel()
        let error = await #expect(throws: HTTPError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test func lettingGoOfTheBodyClosesTheConnection() async throws {
        let gate = Gate()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            connection.waitForClose()
            gate.open()
        }
        do {
            let response = try await transport.send(HTTPRequest(method: "GET", url: server.url))
            #expect(response.status == 200)
        }
        await gate.opened()
    }

    @Test func aUnixSocketIsReached() async throws {
        let error = await #expect(throws: HTTPError.self) {
            try await transport.send(
                HTTPRequest(method: "GET", url: "http://localhost/", unixSocket: "/nonexistent/dstack.sock"))
        }
        #expect(error?.code == .connectionFailed)
    }
}
