import FoundationEssentials
import AgentClient
import Wire

/// A shim's `GET /api/tasks/stream`, notice by notice.
actor NIOShimWatch: ShimWatch {
    /// The longest line taken: a snapshot of tens of thousands of tasks.
    private static let lineLimit = 64 << 20

    private let response: AgentResponseStream
    private var received = ByteBuffer()
    /// Bytes of `received` that hold no line end.
    private var scanned = 0
    private var isOver = false

    init(_ response: AgentResponseStream) {
        self.response = response
    }

    func next() async throws(AgentError) -> ShimNotice? {
        while !isOver {
            if let line = takeLine() {
                return try Self.notice(line)
            }
            guard received.readableBytes <= Self.lineLimit else {
                throw .malformed("a line of the shim's stream is longer than \(Self.lineLimit) bytes")
            }
            let bytes: ByteBuffer?
            do {
                bytes = try await response.next()
            } catch {
                // (1) `next` waits, (2) `close` ends the response, (3) the wait fails: that is a regular end.
                if isOver { return nil }
                throw AgentError(error)
            }
            guard var bytes else {
                if isOver { return nil }
                throw .unreachable("the shim ended its stream")
            }
            received.writeBuffer(&bytes)
        }
        return nil
    }

    func close() {
        isOver = true
        response.cancel()
    }

    private func takeLine() -> ByteBuffer? {
        let unseen = received.readableBytesView.dropFirst(scanned)
        guard let end = unseen.firstIndex(of: UInt8(ascii: "\n")) else {
            scanned = received.readableBytes
            return nil
        }
        let line = received.readSlice(length: end - received.readerIndex)
        received.moveReaderIndex(forwardBy: 1)
        scanned = 0
        if received.readableBytes == 0 { received.clear() }
        return line
    }

    private static func notice(_ line: ByteBuffer) throws(AgentError) -> ShimNotice {
        let read: ShimStreamLine
        do {
            read = try JSONDecoder().decode(ShimStreamLine.self, from: Data(line.readableBytesView))
        } catch {
            throw .malformed("a line of the shim's stream: \(error)")
        }
        if let tasks = read.tasks { return .snapshot(bootID: read.bootID, tasks: tasks) }
        if let task = read.task { return .task(task) }
        if let id = read.removed { return .removed(id: id) }
        return .heartbeat
    }
}
