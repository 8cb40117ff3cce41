import Wire

/// A stream of frames from a runner that can only be polled, as dstack's own.
actor PolledRunnerStream: RunnerStream {
    private let pull: @Sendable (_ after: Int64) async throws(AgentError) -> RunnerPullResponse
    private let pause: PollPause
    private var frames: PolledFrames
    /// Where the reader is: everything before it was taken.
    private(set) var place: PolledPlace?
    private var waiting: ArraySlice<RunnerFrame> = []
    private var isClosed = false

    /// - Parameters:
    ///   - place: where to begin.
    ///   - pull: asks the runner for what came after a stamp.
    init(
        from place: PolledPlace = PolledPlace(), pause: PollPause = PollPause(),
        pull: @escaping @Sendable (_ after: Int64) async throws(AgentError) -> RunnerPullResponse
    ) {
        frames = PolledFrames(from: place)
        self.place = place
        self.pause = pause
        self.pull = pull
    }

    func next() async throws(AgentError) -> RunnerFrame? {
        while !isClosed {
            if let frame = waiting.popFirst() { return frame }
            if frames.isOver { return nil }
            // The state that is held back is not taken: whoever begins here has to hear it again.
            if !frames.hasEnded { place = frames.place }
            try await pause.wait()
            if isClosed { return nil }
            do {
                waiting = frames.take(try await pull(frames.place.timestamp))[...]
            } catch {
                // 1. It told the job's end. 2. It leaves once that was asked for, and tells the rest to nobody.
                guard frames.hasEnded else { throw error }
                waiting = frames.end()[...]
            }
            pause.heard(isNews: !waiting.isEmpty)
            // Who waits for a frame is told that the runner answers.
            if waiting.isEmpty { return .heartbeat }
        }
        return nil
    }

    func close() { isClosed = true }
}
