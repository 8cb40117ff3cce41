import FoundationEssentials
import NIOCore
import Wire

/// Hands each line of the task stream to all who watch. Who falls too far behind is cut off: the next connection
/// begins with a snapshot.
struct NoticeHub {
    typealias Line = ByteBuffer

    /// Lines that a watcher may be behind.
    static let backlog = 4096

    private var watchers: [Int: AsyncStream<Line>.Continuation] = [:]
    private var count = 0

    /// A new watcher's lines, from `first` on.
    mutating func subscribe(first: ShimStreamLine, _ log: ShimLog) -> AsyncStream<Line> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Line.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        count += 1
        watchers[count] = continuation
        if let bytes = Self.encode(first, log) { continuation.yield(bytes) }
        return stream
    }

    /// Sends a line to all; drops those who left or fell behind.
    mutating func send(_ line: ShimStreamLine, _ log: ShimLog) {
        guard !watchers.isEmpty, let bytes = Self.encode(line, log) else { return }
        for (number, watcher) in watchers {
            switch watcher.yield(bytes) {
            case .enqueued:
                continue
            case .dropped:
                log.warning("a watcher of the task stream is \(Self.backlog) lines behind and is cut off")
                watcher.finish()
                watchers[number] = nil
            case .terminated:
                watchers[number] = nil
            @unknown default:
                continue
            }
        }
    }

    private static func encode(_ line: ShimStreamLine, _ log: ShimLog) -> Line? {
        do {
            var bytes = ByteBuffer(bytes: try JSONEncoder().encode(line))
            bytes.writeStaticString("\n")
            return bytes
        } catch {
            log.error("a line of the task stream cannot be encoded: \(error)")
            return nil
        }
    }
}
