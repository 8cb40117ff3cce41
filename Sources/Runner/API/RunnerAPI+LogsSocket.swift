import AgentServer
import NIOCore
import Wire

extension RunnerAPI {
    /// Bytes of one WebSocket message at most.
    private static var messageBytes: Int64 { 64 << 10 }

    /// `/logs_ws?start_time=`: the terminal's bytes from that time on, then live, until the job's log is whole.
    func sendLogs(_ query: Query, to socket: WebSocketWriter) async throws {
        readers.enter()
        defer { readers.leave() }
        var offset: Int64 = 0
        if let text = query["start_time"], !text.isEmpty {
            // dstack's client writes a time without a zone's colon or with a blank for '+'.
            guard let start = Timestamp(text.replacing(" ", with: "+")) else {
                throw WebSocketFailure(
                    .unacceptableData, "start_time '\(text)' is not a time like 2026-01-31T12:00:00Z")
            }
            let look = journal.look()
            let reader = LogReader(files: journal.files(.job), bounds: look.job)
            let number = try reader.firstRecord { $0.microseconds >= start.microseconds }
            offset = number < look.job.records ? try reader.files.record(number).offset : look.job.size
        }
        while true {
            let look = journal.look()
            if offset < look.job.size {
                let count = Int(min(Self.messageBytes, look.job.size - offset))
                var bytes = ByteBuffer()
                try journal.files(.job).read(count, at: offset, into: &bytes)
                try await socket.send(binary: bytes)
                offset += Int64(count)
                readers.tookPiece()
            } else if look.isJobLogWhole {
                // With the client's answer it has all.
                try await socket.finish()
                return
            } else {
                await journal.change(after: look)
                try Task.checkCancellation()
            }
        }
    }
}
