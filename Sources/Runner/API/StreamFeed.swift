import NIOCore
import Wire

/// One reader's place in the journal, and what to send it next.
///
/// The job's log comes first, then the runner's, then states: so a final state, after which no log byte is written, is
/// sent when the logs are whole.
struct StreamFeed {
    /// Bytes of log that are read and written at a time.
    private static let batchBytes = 256 << 10

    let journal: Journal
    private var state: Int
    private var job: Int64
    private var runner: Int64
    private var beat: Int
    /// Set while nothing was sent since the last beat.
    private var isSilent = false

    init(journal: Journal, state: Int, job: Int64, runner: Int64) {
        self.journal = journal
        self.state = state
        self.job = job
        self.runner = runner
        beat = journal.look().beat
    }

    /// Whether a reader at this place has everything there will ever be.
    func isComplete(_ look: Journal.Look) -> Bool {
        look.isEnded && state >= look.states.count && job >= look.job.size && runner >= look.runner.size
    }

    /// The next frames; nil where the reader has everything that `look` shows.
    mutating func next(_ look: Journal.Look) throws -> ByteBuffer? {
        if job < look.job.size {
            let (frames, end) = try read(.job, from: job, look.job)
            job = end
            return spoken(frames)
        }
        if runner < look.runner.size {
            let (frames, end) = try read(.runner, from: runner, look.runner)
            runner = end
            return spoken(frames)
        }
        if state < look.states.count {
            defer { state += 1 }
            return spoken(try StreamFrame.state(look.states[state]))
        }
        if look.beat != beat {
            beat = look.beat
            defer { isSilent = true }
            return isSilent && !look.isEnded ? StreamFrame.heartbeat : nil
        }
        return nil
    }

    private mutating func spoken(_ frames: ByteBuffer) -> ByteBuffer {
        isSilent = false
        return frames
    }

    /// Frames for the log bytes from `offset` on, and where they end.
    private func read(
        _ kind: LogKind, from offset: Int64, _ bounds: Journal.LogBounds
    ) throws -> (ByteBuffer, Int64) {
        let reader = LogReader(files: journal.files(kind), bounds: bounds)
        var position = offset
        var frames = ByteBuffer()
        let limit = min(bounds.size, offset + Int64(Self.batchBytes))
        frames.reserveCapacity(Int(limit - offset) + 8 * (StreamFrame.headerBytes + StreamFrame.logHeaderBytes))
        while position < limit {
            let (record, end) = try reader.record(at: position)
            let count = Int(min(Int64(StreamFrame.logBytesLimit), min(end, limit) - position))
            StreamFrame.writeLogHeader(
                kind, offset: position, microseconds: record.microseconds, count: count, to: &frames)
            try reader.files.read(count, at: position, into: &frames)
            position += Int64(count)
        }
        return (frames, position)
    }
}
