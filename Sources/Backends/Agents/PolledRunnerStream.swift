import AgentClient
import Wire

/// A stream of frames from a runner that can only be polled, as dstack's own.
actor PolledRunnerStream: RunnerStream {
    private let pull: @Sendable (_ after: Int64) async throws(AgentError) -> RunnerPullResponse
    private let pause: PollPause
    private let hasLeft: @Sendable () async -> Bool
    private let activity: PolledActivity?
    private let address: AgentAddress?
    private var frames: PolledFrames
    /// Where the reader is: everything before it was taken.
    private(set) var place: PolledPlace?
    private var waiting: ArraySlice<RunnerFrame> = []
    private var isClosed = false

    /// - Parameters:
    ///   - place: where to begin.
    ///   - activity: is told who is connected to the job of the runner at `address`.
    ///   - hasLeft: whether nobody listens any more where the runner did.
    ///   - pull: asks the runner for what came after a stamp.
    init(
        from place: PolledPlace = PolledPlace(), pause: PollPause = PollPause(), activity: PolledActivity? = nil,
        of address: AgentAddress? = nil, hasLeft: @escaping @Sendable () async -> Bool = { true },
        pull: @escaping @Sendable (_ after: Int64) async throws(AgentError) -> RunnerPullResponse
    ) {
        frames = PolledFrames(from: place)
        self.place = place
        self.pause = pause
        self.activity = activity
        self.address = address
        self.hasLeft = hasLeft
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
                let page = try await pull(frames.place.timestamp)
                if let address { activity?.heard(page.noConnectionsSecs, of: address, by: self) }
                waiting = frames.take(page)[...]
            } catch {
                // 1. It told the job's end. 2. It leaves once that was asked for, and tells the rest to nobody. One that only
                // cannot be reached now has the rest of the log: a new stream hears of the end again, and of that.
                guard frames.hasEnded, await hasLeft() else { throw error }
                waiting = frames.end()[...]
            }
            pause.heard(isNews: !waiting.isEmpty)
            // Who waits for a frame is told that the runner answers.
            if waiting.isEmpty { return .heartbeat }
        }
        return nil
    }

    func close() {
        isClosed = true
        if let address { activity?.left(address, by: self) }
    }
}
