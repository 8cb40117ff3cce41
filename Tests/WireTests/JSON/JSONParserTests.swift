import Testing
import Wire

@Suite struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    static let values: [(String, JSONValue)] = [
        ("null", JSONValue.null), (" true ", true), ("-0", 0), ("12", 12), ("1.5e2", 150.0),
        ("\"a\\u00e9\\n\"", "aé\n"),
        ("\"\\ud83d\\ude00\"", "😀"), ("[]", []), ("{}", [:]), ("[1, [2]]", [1, [2]]),
        ("{\"a\": {\"b\": null}}", ["a": ["b": nil]]),
        ("\u{FEFF}1", 1), ("9223372036854775807", 9_223_372_036_854_775_807),
    ]

    @Test(arguments: values)
    func json_isRead(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test func hugeInteger_becomesANumber() throws {
        #expect(try parse("92233720368547758080") == .number(92_233_720_368_547_758_080))
    }

    @Test func lastOfTwoMembersOfOneName_counts() throws {
        #expect(try parse("{\"a\": 1, \"a\": 2}")["a"] == 2)
    }

    static let refused: [String] = [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "'a'", "\"a", "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"", "\"\\ud800x\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\t\"", "NaN", "Infinity", "-Infinity",
        "01", "+1", "1.", ".5", "1e", "--1",
        "1e999", "tru", "truex", "nul", "1 2", "[1]]", "{} x", "// x\n1",
        String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000),
        String(repeating: "{\"a\":", count: 100_000),
    ]

    @Test(arguments: refused) func otherText_isRefused(text: String) {
        #expect(throws: WireDecodingError.self) { try parse(text) }
    }

    @Test func invalidUTF8_isRefused() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0x5C],
        ] {
            #expect(throws: WireDecodingError.self) { try JSONParser.parse(bytes) }
        }
    }

    @Test func everyTruncationOfARequest_isRefused() throws {
        let row = try #require(try Fixture.rows("models.json").first { $0["model"] == "RunSpec" }?["value"])
        let bytes = try WireJSON.encode(row)
        for length in 0..<min(bytes.count, 1000) {
            #expect(throws: WireDecodingError.self) { try JSONParser.parse(Array(bytes[..<length])) }
        }
    }

    @Test func everyChangedByteOfARequest_isReadOrRefused() throws {
        let row = try #require(try Fixture.rows("models.json").first { $0["model"] == "RunSpec" }?["value"])
        let bytes = try WireJSON.encode(row)
        var refused = 0
        for index in stride(from: 0, to: bytes.count, by: 11) {
            for byte: UInt8 in [0x00, 0x22, 0x5D, 0x7B, 0xC3] {
                var changed = bytes
                changed[index] = byte
                do {
                    _ = try WireJSON.decode(RunSpec.self, from: changed, unknownFields: .rejected)
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > bytes.count / 11)
    }
}
