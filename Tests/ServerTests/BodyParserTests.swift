import Testing
import Wire

@testable import Server

@Suite struct BodyParserTests {
    @Test(arguments: [
        (#"{"username":"a",}"#, 16, "Expecting property name enclosed in double quotes"),
        (#"{"username":"a"} x"#, 17, "Extra data"),
        (#"{"username" "a"}"#, 12, "Expecting ':' delimiter"),
        (#"{"username":"a"#, 12, "Unterminated string starting at"),
        (#"{"username":"a" "b":1}"#, 16, "Expecting ',' delimiter"),
        (#"{"username":"a\q"}"#, 14, "Invalid \\escape"),
        (#"{"username":nul}"#, 12, "Expecting value"),
        (#"["a" "b"]"#, 5, "Expecting ',' delimiter"),
        (#"["a""#, 4, "Expecting ',' delimiter"),
        (#"[1,]"#, 3, "Expecting value"),
        ("abc", 0, "Expecting value"),
        (#"["é" 1]"#, 5, "Expecting ',' delimiter"),
        ("{\"a\":\"b\u{1}\"}", 7, "Invalid control character at"),
        (#"["\ud800"]"#, 2, "Unpaired surrogate in \\uXXXX escape"),
        (#"["\u12"]"#, 3, "Invalid \\uXXXX escape"),
    ])
    func tellsWhatIsWrong_inPythonsWords(_ text: String, _ position: Int, _ message: String) {
        #expect(throws: JSONSyntaxError.invalid(position: position, message: message)) {
            try BodyParser.parse(Array(text.utf8))
        }
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: JSONSyntaxError.unreadable) { try BodyParser.parse([34, 0xFF, 34]) }
    }

    @Test func readsAndWritesEveryKindOfValue() throws {
        let text = #"{"a":[null,true,false,0,-12,1.5,"x\"\\\n\u0007é😀"],"b":{},"c":[]}"#
        let value = try BodyParser.parse(Array(text.utf8))
        #expect(String(decoding: try WireJSON.encode(value), as: UTF8.self) == text)
    }

    @Test func pairedSurrogatesAreOneCharacter() throws {
        #expect(try BodyParser.parse(Array(#""\ud83d\ude00""#.utf8)) == .string("😀"))
    }
}
