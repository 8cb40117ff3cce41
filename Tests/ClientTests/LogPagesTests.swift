import Testing

@testable import Client

@Suite struct LogPagesTests {
    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func aLastPageIsAskedForAgainAndShownOnce() {
        var pages = LogPages()
        #expect(Self.text(pages.take(Array("abc".utf8), next: nil)) == "abc")
        #expect(pages.token == nil)
        #expect(Self.text(pages.take(Array("abcde".utf8), next: "1")) == "de")
        #expect(pages.token == "1")
        #expect(Self.text(pages.take(Array("f".utf8), next: nil)) == "f")
        #expect(Self.text(pages.take(Array("f".utf8), next: nil)) == "")
        #expect(pages.token == "1")
    }

    @Test func anOffsetLeavesOutPagesAndTheBeginningOfOne() {
        var pages = LogPages(offset: 4)
        #expect(Self.text(pages.take(Array("abc".utf8), next: "1")) == "")
        #expect(Self.text(pages.take(Array("def".utf8), next: nil)) == "ef")
    }
}
