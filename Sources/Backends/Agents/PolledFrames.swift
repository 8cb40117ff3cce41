import Wire

/// Makes a stream's frames out of what a runner that cannot push answers to `/api/pull`.
///
/// Such a runner tells everything since a stamp; a stream counts bytes and states. So it is asked from the beginning, or
/// from a place for which that count is known, and what is counted here is the same for every reader. A final state is
/// held back until the runner has nothing more to tell: behind it a log is whole.
struct PolledFrames {
    /// What to ask for next, and what was told before that.
    private(set) var place: PolledPlace
    /// Whether everything was told.
    private(set) var isOver = false
    /// The final state, once it was told.
    private var last: RunnerState?

    init(from place: PolledPlace = PolledPlace()) {
        self.place = place
    }

    /// Whether the runner told how the job ended.
    var hasEnded: Bool { last != nil }

    /// Takes one answer.
    mutating func take(_ page: RunnerPullResponse) -> [RunnerFrame] {
        var frames: [RunnerFrame] = []
        for event in page.runnerLogs { frames.append(.runnerLog(Self.chunk(event, &place.told.runnerLogOffset))) }
        for event in page.jobLogs { frames.append(.log(Self.chunk(event, &place.told.logOffset))) }
        for state in page.jobStates {
            // Nothing follows a final state, whatever an agent says.
            if last != nil { break }
            var state = state
            state.seq = place.told.stateSeq + 1
            if state.state.isFinished {
                last = state
            } else {
                place.told.stateSeq += 1
                frames.append(.state(state))
            }
        }
        place.timestamp = max(place.timestamp, page.lastUpdated)
        if !page.hasMore { frames += end() }
        return frames
    }

    /// What is left to tell once the runner is gone; empty where it did not tell how the job ended.
    mutating func end() -> [RunnerFrame] {
        guard let last, !isOver else { return [] }
        isOver = true
        return [.state(last), .end(logBytes: place.told.logOffset)]
    }

    private static func chunk(_ event: RunnerLogEvent, _ bytes: inout Int64) -> LogChunk {
        let chunk = LogChunk(
            offset: bytes, time: Timestamp(microseconds: event.timestamp &* 1000), bytes: Array(event.message))
        bytes = chunk.end
        return chunk
    }
}

/// A place in what a runner that can only be polled has told.
public struct PolledPlace: Sendable, Equatable, Codable {
    /// What comes after it has a later stamp, in milliseconds.
    public var timestamp: Int64 = 0
    /// What came before it.
    public var told = Told()

    public init() {}

    /// As a `RunnerCursor` counts.
    public struct Told: Sendable, Equatable, Codable {
        public var stateSeq = 0
        public var logOffset: Int64 = 0
        public var runnerLogOffset: Int64 = 0

        public init() {}
    }
}

extension RunnerCursor {
    /// From where a runner that can only be polled has to be asked: the place that the reader came to, where all before it
    /// is kept.
    var polledFrom: PolledPlace {
        guard let place, place.told.stateSeq <= stateSeq, place.told.logOffset <= logOffset,
            place.told.runnerLogOffset <= runnerLogOffset
        else { return PolledPlace() }
        return place
    }
}
