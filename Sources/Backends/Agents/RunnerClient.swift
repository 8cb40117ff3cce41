import Wire

/// The server's side of one job's runner: every request may be repeated for the same submission.
public protocol RunnerClient: Sendable {
    /// Hands the job over.
    func submit(_ request: RunnerSubmitRequest) async throws(AgentError)

    /// Hands over one file archive (a tar, as the client made it), read from `path` on this machine.
    func uploadArchive(id: String, path: String) async throws(AgentError)

    /// Hands over the code of the run's repository: a diff over its commit or, without git, a tar.
    func uploadCode(_ bytes: [UInt8]) async throws(AgentError)

    /// Starts the job. Starting one that runs already gives the same answer.
    func run() async throws(AgentError) -> RunnerJobInfo

    /// Asks for a graceful end.
    ///
    /// - Parameter grace: seconds until the runner forces it, nil for never.
    func stop(grace: Int?) async throws(AgentError)

    /// Opens the stream of states and logs from where the caller stands.
    func stream(from cursor: RunnerCursor) async throws(AgentError) -> any RunnerStream

    /// For how many seconds nobody has been connected to the job; nil where the runner does not count that.
    func secondsUnconnected() async throws(AgentError) -> Int?

    /// What the job uses at this moment.
    func metrics() async throws(AgentError) -> RunnerMetrics

    /// Opens a connection to a port of the job, by the runner, which is where the job is: in its container, on its
    /// host, behind whatever way leads there.
    ///
    /// - Parameters:
    ///   - jobID: the submission that is meant; a runner of another one refuses.
    ///   - key: the `Sec-WebSocket-Key` of whoever speaks through it.
    ///   - loops: of the connection that it is to be carried to.
    func tunnel(to port: Int, of jobID: String, key: String, on loops: AgentLoops) async throws(AgentError)
        -> AgentTunnel

    /// Lets go of the connection.
    func release()
}

extension RunnerClient {
    /// A runner that has none to tell, as the first of dstack's own did not.
    public func metrics() async throws(AgentError) -> RunnerMetrics {
        throw .refused(status: 404, message: "the runner tells no metrics")
    }

    /// A runner that opens none.
    public func tunnel(to port: Int, of jobID: String, key: String, on loops: AgentLoops) async throws(AgentError)
        -> AgentTunnel
    {
        throw .refused(status: 404, message: "the runner opens no connections to ports")
    }
}

/// How far a reader is in a runner's states and logs.
public struct RunnerCursor: Sendable, Equatable, Codable {
    /// Seq of the last state seen, 0 for none.
    public var stateSeq: Int
    /// Bytes of the job's log that are safely kept.
    public var logOffset: Int64
    /// Bytes of the runner's own log that are safely kept.
    public var runnerLogOffset: Int64
    /// Where the last stream from this runner was left, for one that cannot be asked by the counts above.
    public var place: PolledPlace?

    public init(
        stateSeq: Int = 0, logOffset: Int64 = 0, runnerLogOffset: Int64 = 0, place: PolledPlace? = nil
    ) {
        self.stateSeq = stateSeq
        self.logOffset = logOffset
        self.runnerLogOffset = runnerLogOffset
        self.place = place
    }
}

/// An open stream of a runner's frames, pulled by one reader: not pulling is the back-pressure.
public protocol RunnerStream: Sendable {
    /// The next frame; nil after `close` or a regular end. A break of the stream is an error.
    func next() async throws(AgentError) -> RunnerFrame?

    /// Ends the stream; a waiting `next` gives nil.
    func close() async

    /// Where a later stream of the same runner may begin; nil where its cursor says that by itself.
    var place: PolledPlace? { get async }
}

extension RunnerStream {
    public var place: PolledPlace? {
        get async { nil }
    }
}

/// One message of a runner's stream.
public enum RunnerFrame: Sendable, Equatable {
    case state(RunnerState)
    /// Bytes of the job's log, in order and without gaps from the cursor on.
    case log(LogChunk)
    /// Bytes of the runner's own log.
    case runnerLog(LogChunk)
    case heartbeat
    /// Everything was sent: the job's log has this many bytes.
    case end(logBytes: Int64)
}

/// A piece of a log.
public struct LogChunk: Sendable, Equatable {
    /// Position of the first byte in the whole log.
    public var offset: Int64
    /// The agent's time: data, never an order.
    public var time: Timestamp
    public var bytes: [UInt8]

    public init(offset: Int64, time: Timestamp, bytes: [UInt8]) {
        self.offset = offset
        self.time = time
        self.bytes = bytes
    }

    /// Position after the last byte.
    public var end: Int64 { offset + Int64(bytes.count) }
}
