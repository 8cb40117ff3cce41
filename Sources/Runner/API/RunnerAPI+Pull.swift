import AgentServer
import FoundationEssentials
import Wire

extension RunnerAPI {
    /// Bytes of log that one answer holds at most, so that a client that never asked before does not get gigabytes.
    private static var pageBytes: Int64 { 4 << 20 }

    /// `GET /api/pull?timestamp=`: what happened after `timestamp`, as dstack's server polls it.
    func pull(_ request: Request) async throws -> Response {
        let after: Int64 = try request.query.integer("timestamp", default: 0)
        let look = journal.sealedLook()
        let page = try await worker.run { [journal] in
            try PullPage(after: after, look, journal, limit: Self.pageBytes)
        }
        var response = page.response
        // A job that is over ends of nothing more; who asks has to hear that first.
        let isOver = look.states.last?.state.isFinished == true
        response.noConnectionsSecs = isOver ? nil : presence.secondsAway
        return try .json(response)
    }
}

/// One answer to `/api/pull`.
///
/// States and records of the logs carry stamps that increase over all of them, so "after this stamp" loses and repeats
/// nothing. A page that is full ends at a stamp, and the next one goes on there.
struct PullPage {
    let response: RunnerPullResponse

    init(after: Int64, _ look: Journal.Look, _ journal: Journal, limit: Int64) throws {
        var job = try Part(.job, look, journal, after: after)
        var runner = try Part(.runner, look, journal, after: after)
        // Both logs are cut at the same stamp, or a later page would skip what one of them left out.
        let end = min(try job.end(limit: limit), try runner.end(limit: limit))
        let states = look.states.filter { $0.timestamp > after && $0.timestamp <= end }
        let jobLogs = try job.events(until: end, stripped: true)
        let runnerLogs = try runner.events(until: end, stripped: false)
        let last = [states.last?.timestamp, jobLogs.last?.timestamp, runnerLogs.last?.timestamp].compactMap { $0 }.max()
        response = RunnerPullResponse(
            jobStates: states, jobLogs: jobLogs, runnerLogs: runnerLogs, lastUpdated: last ?? after,
            hasMore: !look.isEnded || end != .max)
    }

    /// One log's share.
    private struct Part {
        let reader: LogReader
        private var number: Int
        private let first: Int

        init(_ kind: LogKind, _ look: Journal.Look, _ journal: Journal, after: Int64) throws {
            reader = LogReader(files: journal.files(kind), bounds: look[kind])
            first = try reader.firstRecord { $0.stamp > after }
            number = first
        }

        /// The stamp up to which a page of `limit` bytes reaches; `max` where all fits.
        func end(limit: Int64) throws -> Int64 {
            guard first < reader.bounds.records else { return .max }
            let start = try reader.files.record(first).offset
            guard reader.bounds.size - start > limit else { return .max }
            // The first record is always taken, however large it is.
            let cut = max(try reader.firstRecord { $0.offset > start + limit } - 1, first + 1)
            return cut < reader.bounds.records ? try reader.files.record(cut).stamp - 1 : .max
        }

        mutating func events(until end: Int64, stripped: Bool) throws -> [RunnerLogEvent] {
            var events: [RunnerLogEvent] = []
            var stripper = TerminalText()
            if stripped, number < reader.bounds.records {
                try stripper.start(at: try reader.files.record(number).offset, in: reader.files)
            }
            while number < reader.bounds.records {
                let record = try reader.files.record(number)
                guard record.stamp <= end else { break }
                let count = Int(try reader.end(of: number) - record.offset)
                var bytes = try reader.files.bytes(count, at: record.offset)
                if stripped { bytes = stripper.strip(bytes) }
                number += 1
                if !bytes.isEmpty { events.append(RunnerLogEvent(timestamp: record.stamp, message: Data(bytes))) }
            }
            return events
        }
    }
}

extension LogFiles {
    /// Reads `count` bytes; the caller knows that they are there.
    func bytes(_ count: Int, at offset: Int64) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var failure: SystemError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(SystemError) { try read(into: buffer, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}
