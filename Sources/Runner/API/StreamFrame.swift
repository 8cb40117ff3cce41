import FoundationEssentials
import NIOCore
import Wire

/// The frames of `GET /api/stream`: one byte of kind, four of payload length (big endian), the payload.
enum StreamFrame {
    enum Kind: UInt8 {
        case state = 1
        case jobLog = 2
        case runnerLog = 3
        case heartbeat = 4
        case end = 5
    }

    /// Bytes of log that one frame carries at most.
    static let logBytesLimit = 64 << 10
    /// Bytes in front of a frame's payload.
    static let headerBytes = 5
    /// Bytes of offset and time in front of a log frame's bytes.
    static let logHeaderBytes = 16

    static func state(_ state: RunnerState) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(state)
        var frame = header(.state, payload: json.count)
        frame.writeBytes(json)
        return frame
    }

    static var heartbeat: ByteBuffer { header(.heartbeat, payload: 0) }

    static func end(logBytes: Int64) -> ByteBuffer {
        var frame = header(.end, payload: 8)
        frame.writeInteger(logBytes)
        return frame
    }

    /// What comes before `count` bytes of a log.
    static func writeLogHeader(
        _ kind: LogKind, offset: Int64, microseconds: Int64, count: Int, to buffer: inout ByteBuffer
    ) {
        switch kind {
        case .job: buffer.writeInteger(Kind.jobLog.rawValue)
        case .runner: buffer.writeInteger(Kind.runnerLog.rawValue)
        }
        buffer.writeInteger(UInt32(logHeaderBytes + count))
        buffer.writeInteger(offset)
        buffer.writeInteger(microseconds)
    }

    private static func header(_ kind: Kind, payload: Int) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(headerBytes + payload)
        buffer.writeInteger(kind.rawValue)
        buffer.writeInteger(UInt32(payload))
        return buffer
    }
}
