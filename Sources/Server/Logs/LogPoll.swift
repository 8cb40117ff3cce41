import FoundationEssentials
import Store
import Wire

/// dstack's paged view of a log: entries with times, in either direction.
struct LogPoll: Sendable {
    /// Most bytes of one page.
    private static let pageBytes: Int64 = 2 * 1024 * 1024

    let logs: FileLogStore
    let name: LogName

    /// One page. The token is the offset where the next page begins (or ends, where the newest come first).
    func page(_ request: PollLogsRequest) async throws -> JobSubmissionLogs {
        let length = try await logs.size(of: name)
        let timeline = LogTimeline(try await logs.index(of: name))
        var low: Int64 = 0
        var high = length
        if let start = request.startTime { low = timeline.offset(after: start) }
        if let end = request.endTime {
            // What came at the very end belongs to it only where the newest come first.
            let last = request.descending ? end : Timestamp(microseconds: end.microseconds - 1)
            high = min(high, timeline.offset(after: last))
        }
        if let token = request.nextToken {
            guard let offset = Int64(token), offset >= 0 else {
                throw APIError.client("Invalid next_token: \(token)")
            }
            if request.descending { high = min(high, offset) } else { low = max(low, offset) }
        }
        guard low < high, request.limit > 0 else { return JobSubmissionLogs(logs: []) }
        return request.descending
            ? try await newest(low, high, request.limit, timeline)
            : try await oldest(low, high, request.limit, timeline)
    }

    private func oldest(
        _ low: Int64, _ high: Int64, _ limit: Int, _ timeline: LogTimeline
    ) async throws -> JobSubmissionLogs {
        let bytes = try await logs.read(name, from: low, limit: Int(min(high - low, Self.pageBytes)))
        var ranges = Array(LogLines.ranges(in: bytes).prefix(limit))
        // A line that the page's size cut comes with the next page.
        if let last = ranges.last, last.upperBound == bytes.count, low + Int64(bytes.count) < high, ranges.count > 1,
            bytes.last != UInt8(ascii: "\n")
        {
            ranges.removeLast()
        }
        let next = low + Int64(ranges.last?.upperBound ?? bytes.count)
        return JobSubmissionLogs(
            logs: ranges.map { entry(bytes[$0], from: low, timeline) }, nextToken: next < high ? String(next) : nil)
    }

    private func newest(
        _ low: Int64, _ high: Int64, _ limit: Int, _ timeline: LogTimeline
    ) async throws -> JobSubmissionLogs {
        let start = max(low, high - Self.pageBytes)
        let bytes = try await logs.read(name, from: start, limit: Int(high - start))
        var ranges = LogLines.ranges(in: bytes)
        // The first line may have begun before the page.
        if start > low, ranges.count > 1 { ranges.removeFirst() }
        ranges = ranges.suffix(limit)
        let next = start + Int64(ranges.first?.lowerBound ?? 0)
        return JobSubmissionLogs(
            logs: ranges.reversed().map { entry(bytes[$0], from: start, timeline) },
            nextToken: next > low ? String(next) : nil)
    }

    /// An entry has the time of its last byte, so that "after this entry" means after all of it.
    private func entry(_ bytes: ArraySlice<UInt8>, from start: Int64, _ timeline: LogTimeline) -> LogEvent {
        LogEvent(
            timestamp: timeline.time(of: start + Int64(bytes.endIndex) - 1), logSource: .stdout,
            message: Data(bytes).base64EncodedString())
    }
}

extension FileLogStore {
    /// Bytes of a log that can be read now.
    func size(of log: LogName) async throws -> Int64 { try await length(of: log) }
}
