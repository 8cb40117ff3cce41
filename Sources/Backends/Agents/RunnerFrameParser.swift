import FoundationEssentials
import AgentClient
import Wire

/// Takes a runner's stream apart: one byte of kind, four of payload length (big endian), the payload.
struct RunnerFrameParser {
    /// Bytes in front of a payload.
    private static let headerBytes = 5
    /// Bytes of offset and time in front of a log frame's bytes.
    private static let logHeaderBytes = 16
    /// Bytes of a payload; the runner's largest has 64 KiB and a few.
    private static let payloadLimit = 1 << 20

    private var buffer = ByteBuffer()

    /// Adds what came.
    mutating func take(_ bytes: ByteBuffer) {
        guard buffer.readableBytes > 0 else {
            buffer = bytes
            return
        }
        var bytes = bytes
        buffer.discardReadBytes()
        buffer.writeBuffer(&bytes)
    }

    /// The next whole frame; nil where more bytes are needed. Frames of an unknown kind are passed over.
    mutating func next() throws(AgentError) -> RunnerFrame? {
        while let kind = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self),
            let length = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt32.self)
        {
            guard length <= Self.payloadLimit else { throw .malformed("a frame of \(length) bytes") }
            guard buffer.readableBytes >= Self.headerBytes + Int(length) else { return nil }
            buffer.moveReaderIndex(forwardBy: Self.headerBytes)
            var payload = buffer.readSlice(length: Int(length)) ?? ByteBuffer()
            if let frame = try Self.frame(kind, &payload) { return frame }
        }
        return nil
    }

    private static func frame(_ kind: UInt8, _ payload: inout ByteBuffer) throws(AgentError) -> RunnerFrame? {
        switch kind {
        case 1:
            do {
                return .state(try JSONDecoder().decode(RunnerState.self, from: Data(payload.readableBytesView)))
            } catch {
                throw .malformed("a state frame: \(error)")
            }
        case 2: return .log(try chunk(&payload))
        case 3: return .runnerLog(try chunk(&payload))
        case 4: return .heartbeat
        case 5:
            guard let count = payload.readInteger(as: Int64.self) else {
                throw .malformed("an end frame without length")
            }
            return .end(logBytes: count)
        default: return nil
        }
    }

    private static func chunk(_ payload: inout ByteBuffer) throws(AgentError) -> LogChunk {
        guard let offset = payload.readInteger(as: Int64.self), let time = payload.readInteger(as: Int64.self) else {
            throw .malformed("a log frame of \(payload.readableBytes) bytes, \(logHeaderBytes) are the least")
        }
        return LogChunk(
            offset: offset, time: Timestamp(microseconds: time), bytes: Array(payload.readableBytesView))
    }
}
