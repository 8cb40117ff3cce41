import AgentServer
import NIOCore
import Testing

@testable import Runner

/// Forms, cut at every place.
struct MultipartReaderTests {
    private static let type = #"multipart/form-data; boundary="xyz""#
    private static let body =
        "--xyz\r\nContent-Disposition: form-data; name=\"archive\"; filename=\"id-1\"\r\n\r\nab\r\n--xy\r\ncd\r\n--xyz--\r\n"

    private struct Parsed: Equatable {
        var parts: [String] = []
        var content = ""
    }

    private static func parse(_ pieces: [String], type: String? = type) throws -> Parsed {
        var reader = try MultipartReader(contentType: type)
        var parsed = Parsed()
        for piece in pieces {
            for event in try reader.take(ByteBuffer(string: piece)) {
                switch event {
                case .part(let name, let fileName): parsed.parts.append("\(name)/\(fileName ?? "-")")
                case .bytes(let bytes): parsed.content += String(buffer: bytes)
                }
            }
        }
        try reader.finish()
        return parsed
    }

    @Test func form_cutAnywhere_isTheSame() throws {
        let whole = Parsed(parts: ["archive/id-1"], content: "ab\r\n--xy\r\ncd")
        #expect(try Self.parse([Self.body]) == whole)
        #expect(try Self.parse(Self.body.map(String.init)) == whole)
        for cut in Self.body.indices {
            #expect(try Self.parse([String(Self.body[..<cut]), String(Self.body[cut...])]) == whole)
        }
    }

    @Test func form_thatEndsEarly_isRefused() {
        #expect(throws: HTTPFailure(.badRequest, "the form ends early")) {
            _ = try Self.parse([String(Self.body.dropLast(12))])
        }
    }

    @Test(arguments: [nil, "application/json", "multipart/form-data", "multipart/form-data; boundary="])
    func otherContentType_isRefused(_ type: String?) {
        #expect(throws: HTTPFailure.self) { _ = try MultipartReader(contentType: type) }
    }

    @Test func headers_withoutEnd_areRefused() throws {
        var reader = try MultipartReader(contentType: Self.type)
        _ = try reader.take(ByteBuffer(string: "--xyz\r\n"))
        #expect(throws: HTTPFailure.self) {
            for _ in 0..<20 { _ = try reader.take(ByteBuffer(string: String(repeating: "h", count: 1000))) }
        }
    }
}
