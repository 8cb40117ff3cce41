import Wire

/// Where the engine keeps job logs: append-only, by byte offset, one log for each submission.
public protocol LogSink: Sendable {
    /// Bytes that are safely kept.
    func length(of log: LogName) async throws -> Int64

    /// Keeps a piece that starts exactly at the log's length; another offset keeps nothing. What is kept when
    /// this returns is durable.
    ///
    /// - Returns: the log's length afterwards.
    /// - Throws: an error in words for the user where the piece cannot be kept.
    func append(_ bytes: [UInt8], at offset: Int64, time: Timestamp, to log: LogName) async throws -> Int64

    /// Sees to it that what is kept survives the loss of power; the agent may then forget it.
    func sync(_ log: LogName) async throws

    /// Tells that nothing follows: followers end, files are closed.
    func close(_ log: LogName) async
}

/// Names one log of one job submission.
public struct LogName: Sendable, Hashable {
    public var projectID: String
    public var runID: String
    public var jobID: String
    public var kind: Kind

    public enum Kind: String, Sendable, Hashable {
        /// What the job's processes wrote.
        case job
        /// What the runner itself had to say.
        case runner
    }

    public init(projectID: String, runID: String, jobID: String, kind: Kind) {
        self.projectID = projectID
        self.runID = runID
        self.jobID = jobID
        self.kind = kind
    }
}
