import Testing

@testable import Client

@Suite struct ServerSentEventDecoderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var events: [ServerSentEvent]
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "one event", text: "data: a\n\n", events: [.init(data: "a")]),
        Case(
            name: "id and type", text: "id: 7\nevent: transition\ndata: {}\n\n",
            events: [.init(id: "7", event: "transition", data: "{}")]),
        Case(
            name: "the id stays", text: "id: 7\ndata: a\n\ndata: b\n\n",
            events: [.init(id: "7", data: "a"), .init(id: "7", data: "b")]),
        Case(
            name: "the type does not stay", text: "event: x\ndata: a\n\ndata: b\n\n",
            events: [.init(event: "x", data: "a"), .init(data: "b")]),
        Case(name: "several data lines", text: "data: a\ndata:\ndata: b\n\n", events: [.init(data: "a\n\nb")]),
        Case(name: "only one blank is dropped", text: "data:  a\n\n", events: [.init(data: " a")]),
        Case(name: "no colon", text: "data\n\n", events: [.init(data: "")]),
        Case(name: "comments", text: ": heartbeat\n\n:\ndata: a\n\n", events: [.init(data: "a")]),
        Case(name: "no data, no event", text: "event: x\nid: 1\n\ndata: a\n\n", events: [.init(id: "1", data: "a")]),
        Case(name: "CRLF", text: "data: a\r\n\r\ndata: b\r\n\r\n", events: [.init(data: "a"), .init(data: "b")]),
        Case(name: "CR", text: "data: a\r\rdata: b\r\r", events: [.init(data: "a"), .init(data: "b")]),
        Case(name: "a byte order mark", text: "\u{FEFF}data: a\n\n", events: [.init(data: "a")]),
        Case(name: "an unfinished event is dropped", text: "data: a\n\ndata: b\n", events: [.init(data: "a")]),
        Case(name: "unknown fields", text: "colour: red\ndata: a\n\n", events: [.init(data: "a")]),
        Case(name: "an id with a null is ignored", text: "id: a\0b\ndata: a\n\n", events: [.init(data: "a")]),
        Case(name: "not only ASCII", text: "data: grüße 👤\n\n", events: [.init(data: "grüße 👤")]),
    ]

    @Test(arguments: cases) func inOnePiece(_ example: Case) {
        var decoder = ServerSentEventDecoder()
        #expect(decoder.feed(Array(example.text.utf8)) == example.events)
    }

    @Test(arguments: cases) func byteByByte(_ example: Case) {
        var decoder = ServerSentEventDecoder()
        #expect(example.text.utf8.flatMap { decoder.feed([$0]) } == example.events)
    }

    @Test func retryIsANumberOrIgnored() {
        var decoder = ServerSentEventDecoder()
        _ = decoder.feed(Array("retry: 250\nretry: soon\n".utf8))
        #expect(decoder.retryMilliseconds == 250)
    }
}
