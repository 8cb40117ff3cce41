import AgentClient
import Testing
import Wire

@testable import Backends

/// A runner's frames, cut at every place.
struct RunnerFrameParserTests {
    private static func frame(_ kind: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [kind] + withUnsafeBytes(of: UInt32(payload.count).bigEndian, Array.init) + payload
    }

    private static func log(_ kind: UInt8, at offset: Int64, _ text: String) -> [UInt8] {
        frame(
            kind,
            withUnsafeBytes(of: offset.bigEndian, Array.init) + withUnsafeBytes(of: Int64(5).bigEndian, Array.init)
                + Array(text.utf8))
    }

    private static let stream =
        log(2, at: 0, "hello") + frame(9, [1, 2]) + frame(4, []) + log(3, at: 7, "note")
        + frame(1, Array(#"{"timestamp":1,"state":"done","exit_status":0,"seq":2,"boot_id":"b"}"#.utf8))
        + frame(5, [0, 0, 0, 0, 0, 0, 0, 5])

    private static let frames: [RunnerFrame] = [
        .log(LogChunk(offset: 0, time: Timestamp(microseconds: 5), bytes: Array("hello".utf8))), .heartbeat,
        .runnerLog(LogChunk(offset: 7, time: Timestamp(microseconds: 5), bytes: Array("note".utf8))),
        .state(RunnerState(bootID: "b", seq: 2, timestamp: 1, state: .done, exitStatus: 0)), .end(logBytes: 5),
    ]

    private static func parse(_ pieces: [[UInt8]]) throws -> [RunnerFrame] {
        var parser = RunnerFrameParser()
        var frames: [RunnerFrame] = []
        for piece in pieces {
            parser.take(ByteBuffer(bytes: piece))
            while let frame = try parser.next() { frames.append(frame) }
        }
        return frames
    }

    @Test func frames_cutAnywhere_areTheSame() throws {
        #expect(try Self.parse([Self.stream]) == Self.frames)
        #expect(try Self.parse(Self.stream.map { [$0] }) == Self.frames)
        for cut in Self.stream.indices {
            #expect(try Self.parse([Array(Self.stream[..<cut]), Array(Self.stream[cut...])]) == Self.frames)
        }
    }

    @Test(arguments: [
        frame(2, [1, 2, 3]), frame(1, Array("{".utf8)), frame(5, [1]), [2, 0xff, 0xff, 0xff, 0xff],
    ])
    func damagedFrame_isMalformed(_ bytes: [UInt8]) {
        let error = #expect(throws: AgentError.self) { _ = try Self.parse([bytes]) }
        guard case .malformed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
