import Testing
import Wire

@Suite struct WebSocketOpeningTests {
    static func take(_ text: String, pieces: Int) throws -> WebSocketOpening.Outcome? {
        var opening = WebSocketOpening()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            if let outcome = try opening.take(bytes[start..<min(start + pieces, bytes.count)]) { return outcome }
        }
        return nil
    }

    @Test func theKeyAndItsAnswer_areThoseOfTheStandard() {
        #expect(WebSocketHandshake.accept(key: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        var random = SystemRandomNumberGenerator()
        #expect(WebSocketHandshake.key(using: &random).count == 24)
    }

    @Test func theRequest() {
        let bytes = WebSocketOpening.request(target: "/a?b=1", host: "h:1", key: "k", fields: [("A", "b")])
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                GET /a?b=1 HTTP/1.1\r\nHost: h:1\r\nConnection: Upgrade\r\nUpgrade: websocket\r
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: k\r\nA: b\r\n\r\n
                """)
    }

    @Test(arguments: [1, 5, 1000]) func aWebSocketBeginsBehindTheHead(pieces: Int) throws {
        let text =
            "HTTP/1.1 100 Continue\r\n\r\n"
            + "HTTP/1.1 101 Switching\r\nUpgrade: WebSocket\r\nsec-websocket-accept:  x \r\n\r\nrest"
        let outcome = try Self.take(text, pieces: pieces)
        #expect(outcome == .open(accept: "x", rest: pieces == 1000 ? Array("rest".utf8) : outcome?.rest ?? []))
    }

    @Test(
        arguments: [
            ("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone", 404, "none"),
            ("HTTP/1.1 502 Bad\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 502, "abcde"),
            ("HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n", 204, ""),
        ], [1, 4, 1000])
    func anotherAnswer_isARefusal(answer: (text: String, status: Int, body: String), pieces: Int) throws {
        #expect(
            try Self.take(answer.text, pieces: pieces)
                == .refused(status: answer.status, body: Array(answer.body.utf8)))
    }

    /// As a peer may send it that wants to do harm.
    @Test func aChunkThatIsLargerThanAnything() throws {
        let text = "HTTP/1.1 502 B\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nx0\r\n\r\n"
        #expect(try Self.take(text, pieces: 1000) == .refused(status: 502, body: []))
    }

    @Test func aRefusalThatEndsWithTheConnection() throws {
        var opening = WebSocketOpening()
        #expect(try opening.take("HTTP/1.0 503 Busy\r\n\r\nlater".utf8) == nil)
        #expect(try opening.ended() == .refused(status: 503, body: Array("later".utf8)))
        #expect(throws: TunnelProtocolError.noAnswer) { try WebSocketOpening().ended() }
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 101 S\r\n\r\n", String(repeating: "x", count: 70_000),
        "HTTP/1.1 404 N\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 5000 x\r\n\r\n", "HTTP/1.1 -1 x\r\n\r\n",
    ]) func whatIsNoAnswer(text: String) {
        #expect(throws: TunnelProtocolError.self) { try Self.take(text, pieces: 1000) }
    }

    @Test func theNameOfANetworkStaysTheSame() {
        #expect(HostNetwork.current() != nil)
        #expect(HostNetwork.current() == HostNetwork.current())
    }
}

extension WebSocketOpening.Outcome {
    fileprivate var rest: [UInt8] {
        guard case .open(_, let rest) = self else { return [] }
        return rest
    }
}
