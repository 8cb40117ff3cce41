import Wire

/// Makes a stream's frames out of what a runner that cannot push answers to `/api/pull`.
///
/// Such a runner tells everything since its start, by stamps; a stream counts bytes and states. So it is always asked
/// from the beginning, and what is counted here is the same for every reader. A final state is held back until the runner
/// has nothing more to tell: behind it a log is whole.
struct PolledFrames {
    /// What to ask for next.
    private(set) var timestamp: Int64 = 0
    /// Whether everything was told.
    private(set) var isOver = false
    private var states = 0
    private var logBytes: Int64 = 0
    private var runnerLogBytes: Int64 = 0
    /// The final state, once it was told.
    private var last: RunnerState?

    /// Whether the runner told how the job ended.
    var hasEnded: Bool { last != nil }

    /// Takes one answer.
    mutating func take(_ page: RunnerPullResponse) -> [RunnerFrame] {
        var frames: [RunnerFrame] = []
        for event in page.runnerLogs { frames.append(.runnerLog(Self.chunk(event, &runnerLogBytes))) }
        for event in page.jobLogs { frames.append(.log(Self.chunk(event, &logBytes))) }
        for state in page.jobStates {
            // Nothing follows a final state, whatever an agent says.
            if last != nil { break }
            states += 1
            var state = state
            state.seq = states
            if state.state.isFinished { last = state } else { frames.append(.state(state)) }
        }
        timestamp = max(timestamp, page.lastUpdated)
        if !page.hasMore { frames += end() }
        return frames
    }

    /// What is left to tell once the runner is gone; empty where it did not tell how the job ended.
    mutating func end() -> [RunnerFrame] {
        guard let last, !isOver else { return [] }
        isOver = true
        return [.state(last), .end(logBytes: logBytes)]
    }

    private static func chunk(_ event: RunnerLogEvent, _ bytes: inout Int64) -> LogChunk {
        let chunk = LogChunk(
            offset: bytes, time: Timestamp(microseconds: event.timestamp &* 1000), bytes: Array(event.message))
        bytes = chunk.end
        return chunk
    }
}
